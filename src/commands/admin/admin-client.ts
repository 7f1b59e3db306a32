/** Asks a relay at its admin socket: HTTP in JSON, one request at a time. */

import { statSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { EXIT_CODE } from '../../exit-code.js'
import { AdminError } from './admin-error.js'

/** A relay that is as busy as can be answers within a second. */
const TIMEOUT_MS = 10_000

export class AdminClient {
  readonly #path: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(path: string) {
    this.#path = path
  }

  /** @throws AdminError */
  async get<Answer>(route: string, query: Readonly<Record<string, string | number | undefined>> = {}) {
    const search = new URLSearchParams()
    for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
    const text = search.size === 0 ? route : `${route}?${search}`
    return (await this.#answer(await this.#ask('GET', text))) as Answer
  }

  /** @throws AdminError */
  async post<Answer>(route: string, body: object): Promise<Answer> {
    return (await this.#answer(await this.#ask('POST', route, body))) as Answer
  }

  /** An answer that comes a line at a time. @throws AdminError also where it ends before its time */
  async *lines<Line>(route: string, body: object): AsyncGenerator<Line> {
    const response = await this.#ask('POST', route, body)
    if (response.statusCode !== 202) await this.#answer(response)
    let rest = ''
    try {
      response.setEncoding('utf8')
      for await (const chunk of response) {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() as string
        for (const line of lines) yield JSON.parse(line)
      }
    } catch (error) {
      throw this.#failure(error as Error)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #ask(method: string, path: string, body?: object): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
      const asked = request({ socketPath: this.#path, agent: this.#agent, method, path, headers })
      asked.setTimeout(TIMEOUT_MS, () => {
        asked.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }))
      })
      asked.once('error', (error) => reject(this.#failure(error)))
      asked.once('response', resolve)
      asked.end(text)
    })
  }

  async #answer(response: IncomingMessage): Promise<unknown> {
    let text = ''
    try {
      response.setEncoding('utf8')
      for await (const chunk of response) text += chunk
    } catch (error) {
      throw this.#failure(error as Error)
    }
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      throw new AdminError(EXIT_CODE.otherProtocol, `what listens on ${this.#path} is no relay of parlance`)
    }
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return answer
    const { error = `status ${status}`, nearest } = answer as { error?: string; nearest?: string }
    const words = nearest === undefined ? error : `${error}: did you mean ${nearest}?`
    throw new AdminError(status === 400 ? EXIT_CODE.usage : EXIT_CODE.notOk, words)
  }

  #failure({ code, message }: NodeJS.ErrnoException): AdminError {
    const path = this.#path
    switch (code) {
      case 'ENOENT':
        return new AdminError(EXIT_CODE.unavailable, `there is no ${path}: the relay does not run`)
      case 'ECONNREFUSED':
        return new AdminError(
          EXIT_CODE.unavailable,
          `nobody listens on ${path}: the relay has ended without removing it`,
        )
      case 'EACCES':
      case 'EPERM':
        return new AdminError(EXIT_CODE.noPermission, `${path} is for ${ownerOf(path)}: permission denied`)
      case 'ECONNRESET':
      case 'EPIPE':
        return new AdminError(EXIT_CODE.unavailable, 'the relay has ended the connection')
      default:
        return new AdminError(EXIT_CODE.unavailable, `${path}: ${message}`)
    }
  }
}

/** In words, who may open it. */
function ownerOf(path: string): string {
  try {
    return `the user with the id ${statSync(path).uid} and for root`
  } catch {
    return 'another user'
  }
}
