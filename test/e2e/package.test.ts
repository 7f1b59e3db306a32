/**
 * The package as it would be published: strict TypeScript projects compile against it without `skipLibCheck`, however they
 * resolve modules; the linters of packages have nothing to say; and what it exports has every type that it mentions.
 * What it does there is in `package-runs.test.ts`.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { build } from 'esbuild'
import { packageProject, ROOT, shownPrograms } from './package-project.js'

const { path: project, installed, file, remove } = packageProject()
after(remove)

/** Every name that may be imported, and what is public of a relay. */
const CONSUMER = `
import {
  type Address, type Config, ConfigError, type ConfigSources, createRelay, type EmbeddedRelay, type FanoutInUse,
  FramedClient, FramedClientError, type FramedClientErrorCode, type FramedClientEvents, type FramedClientOptions,
  type Gone, type HostPort, type JoinAnswer, type JoinRequest, type Leaving, type ListenerSpec, type ListeningAt,
  loadConfig, type MessageRequest, type NameRequest, type Person, type PersonHere, RelayError, type RelayErrorCode,
  type RelayHooks, type RelayLog, type RelayOptions, type RelayState, type ReloadReport, type RoomHere,
  type SettingChange, type SettingKey, type Settings, type SlowPolicy, StartError, type Status, type TlsOptions, type Trust, type Verdict,
} from 'parlance-relay'
import {
  BadAddressError, type CallOptions, type Chat, ChatError, type ChatErrorCode, type ChatEvent, type ChatState, ClosedError, connect,
  ConnectionLostError, type ConnectOptions, type DialectName, type Feature, type MessageEvent, NameTakenError,
  type Person as ChatPerson, type ReconnectOptions, RefusedError, type Said, type Status as ChatStatus, UnsupportedError,
} from 'parlance-relay/client'
import { FrameDecoder, type FrameSink } from 'parlance-relay/frame/decoder'
import { writeAscii, writeFrame, writeHeader, writeTextFrame } from 'parlance-relay/frame/encoder'
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from 'parlance-relay/frame/layout'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
const create: Same<ReturnType<typeof createRelay>, EmbeddedRelay> = true
const settings: Same<keyof Settings, SettingKey> = true
const room: Same<Settings['room'], string | undefined> = true
const grace: Same<Settings['graceMs'], number | undefined> = true
const urls: Same<Settings['listen'], readonly string[] | undefined> = true
const way: Same<Settings['fanout'], 'auto' | 'native' | 'portable' | undefined> = true
const most: Same<Settings['maxConnections'], number | 'auto' | undefined> = true
const listener: Same<keyof ListenerSpec, 'url' | 'host' | 'port' | 'slowPolicy' | 'tls' | 'proxy'> = true
const listen: Same<Config['listen'][number], ListenerSpec> = true
const ops: Same<Config['ops'], HostPort | 'off'> = true
const tlsOptions: Same<ListenerSpec['tls'], TlsOptions | undefined> = true
const policy: Same<ListenerSpec['slowPolicy'], SlowPolicy> = true
const fanout: Same<EmbeddedRelay['fanout'], FanoutInUse | null> = true
const reloaded: Same<Awaited<ReturnType<EmbeddedRelay['reload']>>, ReloadReport> = true
const change: Same<ReloadReport['live'][number], SettingChange> = true
const state: Same<EmbeddedRelay['state'], RelayState> = true
const answer: Same<Awaited<ReturnType<FramedClient['join']>>, JoinAnswer> = true
const options: Same<ConstructorParameters<typeof FramedClient>, [options: FramedClientOptions]> = true
const code: Same<FramedClientError['code'], FramedClientErrorCode> = true
const relayCode: Same<RelayError['code'], RelayErrorCode> = true
const line: Same<FramedClientEvents['line'], [text: string]> = true
const sources: ConfigSources = { environment: {}, flags: { room: 'lobby' } satisfies Partial<Record<SettingKey, string>> }
const connected: Same<Awaited<ReturnType<typeof connect>>, Chat> = true
const asked: Same<Parameters<typeof connect>, [url: string, options: ConnectOptions]> = true
const chat: Same<
  keyof Chat,
  | 'name' | 'room' | 'state' | 'dialect' | 'waitingEvents' | 'can' | 'say' | 'tell' | 'list' | 'rooms' | 'join' | 'leave' | 'edit'
  | 'received' | 'block' | 'unblock' | 'setStatus' | 'close' | typeof Symbol.asyncIterator
> = true
export type Client = [CallOptions, ChatErrorCode, ChatState, DialectName, Feature, ChatPerson, ReconnectOptions, Said, ChatStatus]
export const said = (event: ChatEvent): MessageEvent | null => (event.kind === 'message' ? event : null)
export const clientErrors: readonly (typeof ChatError)[] = [
  BadAddressError, ClosedError, ConnectionLostError, NameTakenError, RefusedError, UnsupportedError,
] as never
export const places: readonly ListeningAt[] = []
export const errors = [ConfigError, StartError, RelayError]
const sink: FrameSink = { frame: () => true, oversize: () => {} }
export const decoded: number = new FrameDecoder(sink).decode(new Uint8Array(HEADER_BYTES + MAX_PAYLOAD_BYTES))
export const all = [create, settings, room, grace, urls, way, most, listener, listen, ops, policy, fanout, state, answer, options, code, relayCode, line, sources, connected, asked, chat]
export const functions = [loadConfig, writeAscii, writeFrame, writeHeader, writeTextFrame]

const lines: string[] = []
const log: RelayLog = { warn: (about, words) => void lines.push(words), error: (about, words) => void lines.push(words) }
export const hooks: RelayHooks = {
  onName: ({ name, formerName }: NameRequest): Verdict => name !== formerName,
  onJoin: ({ room }: JoinRequest) => { lines.push(room) },
  onMessage(request: MessageRequest) {
    if (request.kind === 'edit') return false
    if (request.text === '') return
    return request.text.toUpperCase()
  },
  onLeave: ({ reason }: Leaving) => { lines.push(reason) },
  onGone: ({ reason }: Gone) => { lines.push(reason) },
}
export const embedded: RelayOptions = { listen: ['framed://:9000'], graceMs: 5000, maxConnections: 'auto', hooks, log, voice: 'helm' }
export const look = (relay: EmbeddedRelay): readonly (PersonHere | RoomHere | Person)[] => [...relay.people(), ...relay.rooms()]
export const status: Status = 'online'
export const tls: Trust | undefined = undefined
export const address: Address = { host: '127.0.0.1', port: 9000 }

// @ts-expect-error a hook answers at once
export const late: RelayHooks = { onMessage: async () => false }
// @ts-expect-error a setting has its own type
export const wrong: RelayOptions = { graceMs: '5000' }
`

/** What runs in Node and in browsers alike. */
const CLIENT = `
import {
  type Chat, ChatError, type ChatEvent, type ChatState, ClosedError, connect, ConnectionLostError, type ConnectOptions,
  NameTakenError, RefusedError, UnsupportedError,
} from 'parlance-relay/client'

export async function echo(options: ConnectOptions): Promise<ChatState> {
  const chat: Chat = await connect('ws://127.0.0.1:8080', options)
  for await (const event of chat) {
    const told: ChatEvent = event
    if (told.kind === 'message') await chat.say(told.text)
    if (told.kind === 'direct') await chat.tell(told.from, told.text)
  }
  return chat.state
}
export const isOurs = (error: unknown): boolean => error instanceof ChatError
export const errors = [ClosedError, ConnectionLostError, NameTakenError, RefusedError, UnsupportedError]
`

/** How projects resolve what they import. */
const RESOLUTIONS = [
  { module: 'nodenext' },
  { module: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'esnext', moduleResolution: 'bundler', customConditions: ['browser'] },
] as const

for (const resolution of RESOLUTIONS) {
  const words = Object.values(resolution).join(' ')
  test(`a strict project (${words}) compiles against it, without skipLibCheck`, () => {
    const folder = join(project, words.replaceAll(' ', '-'))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER)
    writeFileSync(join(folder, 'client.ts'), CLIENT)
    for (const [index, { code }] of shownPrograms('README.md', 'docs/embedding.md').entries())
      writeFileSync(join(folder, `program-${index}.ts`), code)
    const compilerOptions = {
      target: 'es2023',
      ...resolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const { status, stdout } = spawnSync(tsc, ['-p', folder], { encoding: 'utf8' })
    // The programs write to the console, which needs the types of Node; the package itself brings them in.
    assert.equal(status, 0, stdout)
  })
}

test('a strict project for browsers compiles against the client, without the types of Node', () => {
  const folder = join(project, 'browser')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'client.ts'), CLIENT)
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'esnext',
    moduleResolution: 'bundler',
    customConditions: ['browser'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--listFiles'], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout)
  assert.match(stdout, /client\/library\/browser\.d\.ts$/m)
  assert.doesNotMatch(stdout, /@types\/node|tcp-link/)
})

test('the linters of packages have nothing to say', () => {
  // It has ES modules alone, which is what `esm-only` says.
  for (const [linter, ...args] of [
    ['publint', '--strict', file],
    ['attw', '--profile', 'esm-only', '--no-definitely-typed', file],
  ] as const) {
    const bin = join(ROOT, 'node_modules/.bin', linter)
    const { status, stdout, stderr } = spawnSync(bin, args, { encoding: 'utf8' })
    assert.equal(status, 0, `${linter}: ${stdout}${stderr}`)
  }
})

test('it is no larger than it has to be', () => {
  // Some 2.5 MB, of which two thirds are source maps, pages and documents.
  assert.ok(statSync(file).size < 2_700_000, `${statSync(file).size} bytes`)
})

test('a bundler for browsers takes the entry without Node, and what it does before all else', async () => {
  const result = await build({
    stdin: { contents: "export { connect } from 'parlance-relay/client'", resolveDir: project },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const inputs = Object.keys(result.metafile.inputs).filter((path) => path.includes('library/'))
  assert.ok(
    inputs.some((path) => path.endsWith('library/browser.js')),
    inputs.join('\n'),
  )
  assert.ok(!inputs.some((path) => path.endsWith('tcp-link.js')))
  // Otherwise a page with a strict policy would be told off for what the validation tries.
  assert.match(result.outputFiles[0]?.text ?? '', /jitless: true/)
})

test('its source maps have their sources, and nothing native is in it', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  const maps = files.filter((file) => file.endsWith('.map'))
  assert.ok(maps.length > 0)
  for (const file of maps) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(installed, file), 'utf8'))
    assert.equal(sourcesContent?.length, sources.length, file)
  }
  assert.deepEqual(
    files.filter((file) => file.endsWith('.node')),
    [],
  )
})

for (const entry of ['dist/index.d.ts', 'dist/client/library/node.d.ts', 'dist/client/library/browser.d.ts'])
  test(`every type that an exported one mentions is exported too: ${entry}`, () => everyTypeIsExported(entry))

function everyTypeIsExported(entry: string): void {
  const index = readFileSync(join(installed, entry), 'utf8')
  const exported = new Map<string, string>()
  for (const [, names = '', path = ''] of index.matchAll(/export (?:type )?\{([^}]*)\} from '([^']*)'/g))
    for (const name of names.split(',')) exported.set(name.replace(/\btype\b/, '').trim(), path)
  assert.ok(exported.size > 10)
  for (const [name, path] of exported) {
    const file = join(installed, dirname(entry), path.replace(/\.js$/, '.d.ts'))
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    const declaration = declarationOf(name, text)
    for (const known of namesIn(text)) {
      // What is only looked at for its type needs no name of its own.
      const mentioned = new RegExp(`(?<!typeof )\\b${known}\\b(?!\\??:)`).test(declaration)
      if (known !== name && mentioned) assert.ok(exported.has(known), `${name} mentions ${known} (${path})`)
    }
  }
}

/** From its keyword to the next declaration that is exported. */
function declarationOf(name: string, text: string): string {
  const keyword = `export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) ${name}\\b`
  const found = new RegExp(`^${keyword}[\\s\\S]*?(?=^export |(?![\\s\\S]))`, 'm').exec(text)?.[0]
  assert.ok(found !== undefined || text.includes(`export type { ${name} } from`), `no declaration of ${name}`)
  return found ?? ''
}

/** Types of the package that a module declares or imports. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>()
  for (const [, name = ''] of text.matchAll(/^(?:export )?(?:declare )?(?:class|interface|type) (\w+)/gm))
    names.add(name)
  for (const [, list = ''] of text.matchAll(/^import (?:type )?\{([^}]*)\} from '\.[^']*'/gm))
    for (const name of list.split(',')) names.add(name.replace(/\btype\b/, '').trim())
  return names
}
