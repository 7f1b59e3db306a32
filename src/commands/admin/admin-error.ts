/** Why something could not be done for an operator: words for the error output, and the exit code. */

export class AdminError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, words: string) {
    super(words)
    this.exitCode = exitCode
  }
}
