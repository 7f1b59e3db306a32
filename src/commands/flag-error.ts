/** What is wrong with the flags of a command. Its message is one line for the person who typed them. */
export class FlagError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.name = 'FlagError'
    this.exitCode = exitCode
  }
}
