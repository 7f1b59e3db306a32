/** How the command ends when it is not by itself: nothing that it started may outlive it. */

const SIGNAL_EXIT_CODE = 130

/**
 * Makes signals end the process by `exit`, at which started servers are killed, and lets a closed standard
 * output (`| head`) pass: the run goes on to its end and stops what it started.
 */
export function surviveEndings(): void {
  process.once('SIGINT', () => process.exit(SIGNAL_EXIT_CODE))
  process.once('SIGTERM', () => process.exit(SIGNAL_EXIT_CODE))
  process.stdout.on('error', () => {})
}
