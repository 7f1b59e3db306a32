/**
 * The package as it would be published: a strict TypeScript project compiles against it without `skipLibCheck`, the
 * example of README runs on it, and what it exports has every type that it mentions.
 */

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RunningProgram } from '../fixtures/running-program.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
/** What README shows. */
const EXAMPLE = /```ts\n(import [\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''

const project = mkdtempSync(join(tmpdir(), 'parlance-package-'))
const installed = join(project, 'node_modules', MANIFEST.name)

before(() => {
  mkdirSync(installed, { recursive: true })
  // `dist` is built, and other tests run what is in it.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', project]
  const file = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(project, file), '--strip-components=1', '-C', installed])
  // Only what it says that it needs is there.
  for (const name of Object.keys({ ...MANIFEST.dependencies, ...MANIFEST.peerDependencies })) {
    const link = join(project, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
})
after(() => rmSync(project, { recursive: true, force: true }))

/** Every name that may be imported, and what is public of a relay. */
const CONSUMER = `
import {
  type Config, ConfigError, type ConfigSources, type FanoutInUse, FramedClient, FramedClientError,
  type FramedClientErrorCode, type FramedClientEvents, type FramedClientOptions, type HostPort, type JoinAnswer,
  type ListenerSpec, type ListeningAt, loadConfig, type Logger, openOperationalLog, Relay, type SettingKey,
  type SlowPolicy, StartError,
} from 'parlance-relay'
import {
  BadAddressError, type CallOptions, type Chat, ChatError, type ChatErrorCode, type ChatEvent, type ChatState, ClosedError, connect,
  ConnectionLostError, type ConnectOptions, type DialectName, type Feature, type MessageEvent, NameTakenError, type Person,
  type ReconnectOptions, RefusedError, type Said, type Status, UnsupportedError,
} from 'parlance-relay/client'
import { FrameDecoder, type FrameSink } from 'parlance-relay/frame/decoder'
import { writeAscii, writeFrame, writeHeader, writeTextFrame } from 'parlance-relay/frame/encoder'
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from 'parlance-relay/frame/layout'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
const members: Same<keyof Relay, 'fanout' | 'listeningAt' | 'opsPort' | 'reopenLogs' | 'stop'> = true
const start: Same<Parameters<typeof Relay.start>, [config: Config, log: Logger]> = true
const listener: Same<keyof ListenerSpec, 'url' | 'host' | 'port' | 'slowPolicy' | 'tls'> = true
const listen: Same<Config['listen'][number], ListenerSpec> = true
const ops: Same<Config['ops'], HostPort | 'off'> = true
const policy: Same<ListenerSpec['slowPolicy'], SlowPolicy> = true
const fanout: Same<Relay['fanout'], FanoutInUse> = true
const answer: Same<Awaited<ReturnType<FramedClient['join']>>, JoinAnswer> = true
const options: Same<ConstructorParameters<typeof FramedClient>, [options: FramedClientOptions]> = true
const code: Same<FramedClientError['code'], FramedClientErrorCode> = true
const line: Same<FramedClientEvents['line'], [text: string]> = true
const sources: ConfigSources = { environment: {}, flags: { room: 'lobby' } satisfies Partial<Record<SettingKey, string>> }
const connected: Same<Awaited<ReturnType<typeof connect>>, Chat> = true
const asked: Same<Parameters<typeof connect>, [url: string, options: ConnectOptions]> = true
const chat: Same<
  keyof Chat,
  | 'name' | 'room' | 'state' | 'dialect' | 'waitingEvents' | 'can' | 'say' | 'tell' | 'list' | 'rooms' | 'join' | 'leave' | 'edit'
  | 'received' | 'block' | 'unblock' | 'setStatus' | 'close' | typeof Symbol.asyncIterator
> = true
export type Client = [CallOptions, ChatErrorCode, ChatState, DialectName, Feature, Person, ReconnectOptions, Said, Status]
export const said = (event: ChatEvent): MessageEvent | null => (event.kind === 'message' ? event : null)
export const clientErrors: readonly (typeof ChatError)[] = [
  BadAddressError, ClosedError, ConnectionLostError, NameTakenError, RefusedError, UnsupportedError,
] as never
export const places: readonly ListeningAt[] = []
export const errors = [ConfigError, StartError]
const sink: FrameSink = { frame: () => true, oversize: () => {} }
export const decoded: number = new FrameDecoder(sink).decode(new Uint8Array(HEADER_BYTES + MAX_PAYLOAD_BYTES))
export const all = [members, start, listener, listen, ops, policy, fanout, answer, options, code, line, sources, connected, asked, chat]
export const functions = [loadConfig, openOperationalLog, writeAscii, writeFrame, writeHeader, writeTextFrame]
`

test('a strict project compiles against it, without skipLibCheck', () => {
  writeFileSync(join(project, 'consumer.ts'), CONSUMER)
  writeFileSync(join(project, 'example.ts'), EXAMPLE)
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  }
  const include = ['consumer.ts', 'example.ts']
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { status, stdout } = spawnSync(tsc, ['-p', project], { encoding: 'utf8' })
  // The example writes to the console, which needs the types of Node; the package itself brings them in.
  assert.equal(status, 0, stdout)
  const bundler = {
    ...compilerOptions,
    module: 'esnext',
    moduleResolution: 'bundler',
    customConditions: ['browser'],
  }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: bundler, include: ['consumer.ts'] }),
  )
  const browser = spawnSync(tsc, ['-p', project], { encoding: 'utf8' })
  assert.equal(browser.status, 0, browser.stdout)
})

test('the example of README runs on it', async (t) => {
  assert.notEqual(EXAMPLE, '')
  writeFileSync(join(project, 'example.js'), EXAMPLE)
  const program = new RunningProgram(process.execPath, [join(project, 'example.js')])
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0, program.errorOutput)
  assert.match(program.output, /^\*\*Bob is joining the chat\*\*$/m)
  assert.equal(program.errorOutput, '')
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
