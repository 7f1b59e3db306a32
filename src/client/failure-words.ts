/** Says in words why a connection failed, for people who do not know the names of system errors. */

const WORDS = new Map([
  ['ECONNREFUSED', 'connection refused; nothing listens there'],
  ['ECONNRESET', 'connection reset by the other side'],
  ['EPIPE', 'connection reset by the other side'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the host name cannot be looked up at the moment'],
])

/** One line, without a full stop. Unknown errors are told in their own words. */
export function failureWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return (code === undefined ? undefined : WORDS.get(code)) ?? error.message
}
