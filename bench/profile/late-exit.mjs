/**
 * Loaded into a process before its program: what it calls `process.exit` for then waits for whatever is still
 * being written. clinic's heap profiler writes its profile once the process has been told to end, and a program
 * that exits by itself is faster.
 */

const LATE_MS = 20_000
const exit = process.exit.bind(process)

process.exit = (code) => {
  process.exitCode = code
  setTimeout(() => exit(), LATE_MS).unref()
}
