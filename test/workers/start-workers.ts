/** The real `parlance serve --workers` for a test, on free ports, with what the test needs of them. All of them are ended after it. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join as joinPath } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Places, readPlaces } from '../../src/relay/observe/address-file.js'
import { ACCEPTED, join, joining } from '../fixtures/framed-bytes.js'
import { FramedPeer, type PeerOptions } from '../fixtures/framed-peer.js'
import type { NatsServer } from '../fixtures/nats-server.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const DEADLINE_MS = 40_000
/** A machine that is busy with other tests takes long to start several at once. */
const START_MS = 120_000

export class TestWorkers {
  readonly dir: string
  readonly addressFile: string
  readonly #file: string
  readonly #env: NodeJS.ProcessEnv
  #settings: object
  #program: RunningProgram | null = null
  readonly #peers: FramedPeer[] = []

  /**
   * @param t a test, or a suite's `{ after }`
   * @param settings beside a listener, ports and places of the test's own
   * @param env of the supervisor, and so of its workers
   */
  constructor(
    t: { after(end: () => Promise<void>): void },
    nats: NatsServer,
    settings: object = {},
    env: NodeJS.ProcessEnv = {},
  ) {
    this.#env = env
    this.dir = mkdtempSync(joinPath(tmpdir(), 'workers-'))
    this.addressFile = joinPath(this.dir, 'at.json')
    this.#file = joinPath(this.dir, 'relay.json')
    this.#settings = {
      listen: ['framed://127.0.0.1:0'],
      ops: '127.0.0.1:0',
      nats: [nats.url],
      cluster: basename(this.dir),
      addressFile: this.addressFile,
      logDir: joinPath(this.dir, 'logs'),
      ...settings,
    }
    t.after(async () => {
      for (const peer of this.#peers) peer.destroy()
      const workers = existsSync(this.addressFile) ? this.places.workers : []
      await this.#program?.end()
      for (const { pid } of workers ?? []) endByForce(pid)
      rmSync(this.dir, { recursive: true, force: true })
    })
  }

  get program(): RunningProgram {
    return this.#program as RunningProgram
  }

  /** What the address file says. */
  get places(): Places {
    return readPlaces(this.addressFile)
  }

  /** Begins them, and waits until all take connections. */
  async start(count: number): Promise<this> {
    this.begin(count)
    await this.program.shows('"relay.ready"', START_MS)
    return this
  }

  /** Begins them, and waits for nothing. */
  begin(count: number): void {
    this.configure({ workers: count })
    this.#program = new RunningProgram(process.execPath, [CLI, 'serve', '--config', this.#file], this.#env)
  }

  /** Writes the configuration file anew. */
  configure(settings: object): void {
    this.#settings = { ...this.#settings, ...settings }
    writeFileSync(this.#file, JSON.stringify(this.#settings))
  }

  pidOf(worker: number): number {
    return this.places.workers?.find((place) => place.worker === worker)?.pid ?? 0
  }

  /** @param listener of those of the configuration */
  async connect(listener = 0, options: Partial<PeerOptions> = {}): Promise<FramedPeer> {
    const port = this.places.listeners[listener]?.port as number
    const peer = await FramedPeer.connect({ port, ...options })
    this.#peers.push(peer)
    return peer
  }

  /** As `TestRelay.join`. */
  async join(name: string, listener = 0, options: Partial<PeerOptions> = {}): Promise<FramedPeer> {
    const peer = await this.connect(listener, options)
    await peer.frame('the greeting')
    peer.send(join(name))
    await peer.expect(ACCEPTED, joining(name))
    return peer
  }

  /** What is answered to whoever wants that name: 0 if it is theirs. */
  async answerTo(name: string): Promise<number | undefined> {
    const peer = await this.connect()
    await peer.frame('the greeting')
    peer.send(join(name))
    const answer = await peer.frame('the answer')
    peer.destroy()
    return answer[3]
  }

  async ops(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.places.ops?.port}${path}`)
    return { status: response.status, text: await response.text() }
  }

  /** Of the samples with this name and these labels, the value; `undefined` where there is none. */
  async metric(sample: string): Promise<number | undefined> {
    const { text } = await this.ops('/metrics')
    const line = text.split('\n').find((one) => one.startsWith(`${sample} `))
    return line === undefined ? undefined : Number(line.slice(sample.length + 1))
  }

  /** What is answered at the admin socket. */
  admin(method: string, path: string, body: object = {}): Promise<{ status: number; json: unknown }> {
    return new Promise((resolve, reject) => {
      const socketPath = this.places.admin as string
      const asked = request({ socketPath, method, path }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }))
      })
      asked.on('error', reject)
      asked.end(method === 'GET' ? '' : JSON.stringify(body))
    })
  }

  /** The records of the operational log with this event. */
  said(event: string): Record<string, unknown>[] {
    const lines = this.program.output.split('\n').filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line)).filter((record) => record.event === event)
  }

  logOf(worker: number, log: string): string {
    return readFileSync(joinPath(this.dir, 'logs', `worker-${worker}`, log), 'utf8')
  }
}

export async function until(happened: () => unknown, words: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  while (!(await happened())) {
    assert.ok(Date.now() < deadline, words)
    await delay(20)
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function endByForce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
