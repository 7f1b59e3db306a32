/** What a command says, on stdout. */

/** Whoever had enough (`| head -1`) has gone, and there is nobody to complain to: then the command ends. */
export function writeOut(text: string): void {
  const { stdout } = process
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => process.exit())
  stdout.write(text)
}
