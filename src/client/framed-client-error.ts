/** What a caller of the framed client can handle, each with a stable code. */

/**
 * | code              | when                                                              |
 * |-------------------|-------------------------------------------------------------------|
 * | `connect-timeout` | the relay did not accept the connection in time                   |
 * | `answer-timeout`  | the relay did not answer a JOIN or a LIST in time                 |
 * | `bad-answer`      | the relay answered a JOIN with something that is not defined (F2) |
 * | `closed`          | there is no connection, or it ended before the answer             |
 * | `not-joined`      | no JOIN was accepted yet (F12)                                    |
 * | `busy`            | a JOIN is already under way, or the client has connected before   |
 * | `not-ascii`       | the text has a character that a payload cannot carry              |
 * | `too-long`        | the payload does not fit one frame of 65,535 bytes                |
 */
export type FramedClientErrorCode =
  | 'connect-timeout'
  | 'answer-timeout'
  | 'bad-answer'
  | 'closed'
  | 'not-joined'
  | 'busy'
  | 'not-ascii'
  | 'too-long'

export class FramedClientError extends Error {
  readonly code: FramedClientErrorCode

  constructor(code: FramedClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FramedClientError'
    this.code = code
  }
}
