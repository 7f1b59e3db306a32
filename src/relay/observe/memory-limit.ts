/** What the relay says when the system will not let it have the memory that it may come to need. */

const MIB = 1024 * 1024
/**
 * Measured with 1,000 clients (docs/performance.md, "How much memory"): 112 MiB always did, and their sockets take 20 MiB, which
 * not every kind of control group counts. With 96 MiB a relay spends its time in page faults of its own code.
 */
export const LEAST_BYTES = 144 * MIB

/**
 * @param limitBytes what `process.constrainedMemory` gives, that of the control group: where there is none `undefined`, 0,
 *   or more than there is
 * @param processes how many workers there are
 * @returns a sentence for the operator, `null` when there is nothing to say
 */
export function memoryWarning(
  limitBytes: number | undefined,
  retainedLimitBytes: number,
  processes = 1,
): string | null {
  if (limitBytes === undefined || limitBytes === 0) return null
  const [leastBytes, mostBytes] = [LEAST_BYTES * processes, (LEAST_BYTES + retainedLimitBytes) * processes]
  if (limitBytes >= mostBytes) return null
  const limit = `the memory limit is ${inMib(limitBytes)}`
  const by = processes === 1 ? '' : ` with ${processes} workers`
  if (limitBytes < leastBytes) return `${limit}: the relay needs at least ${inMib(leastBytes)}${by}`
  const most = inMib(mostBytes) + by
  return `${limit}: with a retainedLimitBytes of ${inMib(retainedLimitBytes)} the relay may come to ${most} while readers are slow, and would be killed`
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`
}
