/** Waiting that can be given up: by a signal, or by a clock. */

/**
 * The promise, or the signal's reason when that comes first. Whoever gives up leaves nothing behind: no listener, and no rejection
 * that nobody handles.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Calls `late` unless the promise is settled before. @returns the promise */
export function withDeadline<T>(promise: Promise<T>, timeoutMs: number, late: () => void): Promise<T> {
  const timer = setTimeout(late, timeoutMs)
  const stop = () => clearTimeout(timer)
  promise.then(stop, stop)
  return promise
}
