/**
 * Chatmaster servers that get one thing wrong: a relay that is right, behind somebody who changes what it says. Knows
 * packages, plain and compressed, and nothing else about the protocol than what it spoils.
 */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { deflateSync, inflateSync } from 'node:zlib'

interface Package {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** What is spoilt on one connection. */
interface Spoiler {
  /** Packages that the relay sent, in one go: those that the client gets instead. */
  sent?(packages: Package[]): Package[]
  /** A package that the client sent: what the client gets for it besides. */
  asked?(one: Package): Package[]
  /** The client is not told that the relay has closed. */
  readonly staysOpen?: true
  /** Everything goes out plain. */
  readonly plain?: true
}

const isNotification = ({ type, data }: Package, eventType: string) =>
  type === 'notification' && data.event_type === eventType

function without(wrong: (one: Package) => boolean): () => Spoiler {
  return () => ({ sent: (packages) => packages.filter((one) => !wrong(one)) })
}

function changed(change: (one: Package) => Record<string, unknown> | null): () => Spoiler {
  return () => ({
    sent: (packages) => packages.map((one) => ({ type: one.type, data: change(one) ?? one.data })),
  })
}

const reversed = (list: unknown) => [...(list as unknown[])].reverse()
/** Who claimed to say a text, over all connections. */
const claims = new Map<unknown, unknown>()

/** What a server does, by the rule that it breaks in this way. */
export const WRONGS: Readonly<Record<string, readonly [rule: string, spoiler: () => Spoiler]>> = {
  'does not ask anybody to log in': ['X1', without(({ type }) => type === 'request')],
  'asks for something else': ['X1', changed(({ type }) => (type === 'request' ? { request: 'name' } : null))],
  'has a status in words': [
    'X2',
    changed(({ type, data }) => (type === 'session' ? { ...data, status: 'ok' } : null)),
  ],
  'gives no channels': ['X2', changed(({ data }) => (data.status === 1 ? { status: 1 } : null))],
  'gives another reason': [
    'X2',
    changed(({ data }) => (data.status === 0 ? { status: 0, reason: 'No.' } : null)),
  ],
  'tells nobody who came': ['X3', without((one) => isNotification(one, 'user_joined'))],
  'does not say where': [
    'X3',
    changed(({ type, data: { channel, ...data } }) => (type === 'notification' ? data : null)),
  ],
  'leaves the name out': [
    'X4',
    changed(({ type, data }) => (type === 'message' ? { ...data, username: '' } : null)),
  ],
  'takes empty messages': ['X4', without(({ data }) => data.error_type === 'message')],
  'takes controls': ['M3', without(({ data }) => data.message === 'Message is not valid.')],
  'sends people their own messages': [
    'M4',
    () => ({
      asked: ({ type, data }) => (type === 'message' ? [{ type, data }] : []),
    }),
  ],
  'believes who people say they are': [
    'N5',
    () => ({
      asked: ({ type, data }) => {
        if (type === 'message' && data.username !== undefined) claims.set(data.message, data.username)
        return []
      },
      sent: (packages) =>
        packages.map((one) => {
          const username = one.type === 'message' ? claims.get(one.data.message) : undefined
          return username === undefined ? one : { ...one, data: { ...one.data, username } }
        }),
    }),
  ],
  'turns messages round': [
    'M5',
    () => ({
      sent: (packages) =>
        packages.length > 1 && packages.every(({ type }) => type === 'message')
          ? (reversed(packages) as Package[])
          : packages,
    }),
  ],
  'tells nobody of a rename': ['X6', without((one) => isNotification(one, 'user_rename'))],
  'tells nobody who left': ['X7', without((one) => isNotification(one, 'user_left'))],
  'lets people join twice': ['X7', without(({ data }) => data.error_type === 'join')],
  'lets people leave general': ['X8', without(({ data }) => data.error_type === 'leave')],
  'tells nobody of private channels': ['X9', without((one) => isNotification(one, 'channel_private'))],
  'lists channels in any order': [
    'X10',
    changed((one) =>
      isNotification(one, 'channel_list') ? { ...one.data, channels: reversed(one.data.channels) } : null,
    ),
  ],
  'says nothing of unknown commands': ['X11', without(({ data }) => data.message === 'Unknown command.')],
  'calls every unknown command a command': [
    'X11',
    changed(({ data }) => (data.message === 'Unknown command.' ? { ...data, error_type: 'command' } : null)),
  ],
  'goes on after what is no package': ['X11', () => ({ staysOpen: true })],
  'answers everybody plain': ['X12', () => ({ plain: true })],
  'has other words for what is too large': [
    'X12',
    changed(({ data }) => (data.message === 'Package too large.' ? { ...data, message: 'No.' } : null)),
  ],
  'nests some notifications': [
    'X13',
    changed((one) => {
      const { event_type, ...parameters } = one.data
      return isNotification(one, 'channel_private') ? { event_type, parameters } : null
    }),
  ],
  'does not mark what is private': ['X14', changed(({ data: { private: _, ...data } }) => data)],
}

/** @param wrong a key of `WRONGS`, or `null` for nothing @param port of a relay with the options that are the default */
export function wrongChatmaster(wrong: string | null, port: number): Server {
  return createServer({ allowHalfOpen: true }, (client) => {
    const spoiler = wrong === null ? {} : (WRONGS[wrong]?.[1]() ?? {})
    const relay = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    new Between(client, relay, spoiler)
  })
}

class Between {
  readonly #client: Socket
  readonly #spoiler: Spoiler
  #received = Buffer.alloc(0)
  #compressed: boolean | null = null

  constructor(client: Socket, relay: Socket, spoiler: Spoiler) {
    this.#client = client
    this.#spoiler = spoiler
    client.setNoDelay(true)
    for (const [one, other] of [
      [client, relay],
      [relay, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => {
        if (one === client || spoiler.staysOpen === undefined) other.end()
      })
    }
    client.on('data', (chunk: Buffer) => {
      this.#compressed ??= chunk[0] === 0x78
      relay.write(chunk)
      this.#client.write(this.#bytesOf(this.#askedIn(chunk)))
    })
    client.on('end', () => {
      relay.end()
      if (spoiler.staysOpen !== undefined) client.end()
    })
    relay.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      const packages = this.#whole()
      client.write(this.#bytesOf(spoiler.sent?.(packages) ?? packages))
    })
    relay.on('end', () => {
      if (spoiler.staysOpen === undefined) client.end()
    })
  }

  /** What the client gets for what is one whole package by itself, which is all that matters here. */
  #askedIn(chunk: Buffer): Package[] {
    if (this.#spoiler.asked === undefined || this.#compressed === true) return []
    return chunk
      .toString()
      .split(/(?<=\}\})(?=\{)/)
      .flatMap((text) => {
        const one = parsed(text)
        return one === null ? [] : (this.#spoiler.asked?.(one) ?? [])
      })
  }

  #whole(): Package[] {
    const packages: Package[] = []
    for (;;) {
      const text = this.#received[0] === 0x78 ? this.#inflated() : this.#line()
      if (text === null) return packages
      packages.push(JSON.parse(text) as Package)
    }
  }

  #line(): string | null {
    const end = this.#received.indexOf('\n') + 1
    return end === 0 ? null : this.#shift(end).toString()
  }

  #inflated(): string | null {
    try {
      const result = inflateSync(this.#received, { info: true }) as unknown as {
        readonly buffer: Buffer
        readonly engine: { readonly bytesWritten: number }
      }
      this.#shift(result.engine.bytesWritten)
      return result.buffer.toString()
    } catch {
      return null
    }
  }

  #shift(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes)
    this.#received = this.#received.subarray(bytes)
    return taken
  }

  #bytesOf(packages: readonly Package[]): Buffer {
    const compressed = this.#compressed === true && this.#spoiler.plain === undefined
    return Buffer.concat(
      packages.map((one) => {
        const text = `${JSON.stringify(one)}\n`
        return compressed ? deflateSync(text) : Buffer.from(text)
      }),
    )
  }
}

function parsed(text: string): Package | null {
  try {
    return JSON.parse(text) as Package
  } catch {
    return null
  }
}
