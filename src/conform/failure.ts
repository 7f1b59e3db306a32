/** How a check ends when it does not end well. */

/** What came is not what must come. */
export class CheckFailure extends Error {
  readonly expected: string
  readonly came: string

  constructor(expected: string, came: string, options?: ErrorOptions) {
    super(`expected ${expected}; came ${came}`, options)
    this.name = 'CheckFailure'
    this.expected = expected
    this.came = came
  }
}

/** This server cannot be asked: an option is off, or it does not have what it takes. */
export class NotApplicable extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NotApplicable'
  }
}
