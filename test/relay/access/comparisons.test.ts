/**
 * Secrets are compared by scrypt and `timingSafeEqual`, in one place, and nowhere by the language's own comparisons, which end at the first
 * byte that differs: held against the sources themselves. Signatures of tokens are compared by the system's cryptography.
 */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const SRC = new URL('../../../src/', import.meta.url).pathname
/** Whoever shows a secret, and whoever plays a relay for them, compares none. */
const OTHERS = /^(client|web|conform)\//

/** How secrets and what is made of them are called. */
const SECRET = String.raw`(?:\w+[.?]*\.)*#?(?:secret|password|shown|presented\w*|seed|salt|key|derived|pass|token|credentials|hash)\b(?!\.length|\.size)`
/** That there is none, or a word of ours. */
const HARMLESS = /^(null|undefined|'[^']*'|"[^"]*"|`[^`]*`|\d+|[A-Z_]+)$/

/** Where secrets are compared otherwise: the file, the line, and why it may be. */
const ALLOWED: readonly (readonly [file: string, line: string, why: string])[] = [
  ['commands/access.ts', 'again !== password', 'the same person has typed both'],
]

const COMPARISON = new RegExp(`(${SECRET})\\s*([!=]==?)\\s*([^\\s)&|?;,:]+)`, 'g')
const REVERSED = new RegExp(`([^\\s(&|?!]+)\\s*([!=]==?)\\s*(${SECRET})`, 'g')
/** Looked up, searched for, or compared by a method. */
const METHOD = new RegExp(
  `\\.(?:equals|compare|localeCompare|includes|indexOf|startsWith|endsWith|has)\\(\\s*(?:${SECRET})\\s*[,)]`,
  'g',
)

/** Comparisons of secrets that end early. */
function wrongIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found: string[] = []
  for (const [whole, , , other = ''] of code.matchAll(COMPARISON))
    if (!HARMLESS.test(other)) found.push(whole)
  for (const [whole, other = ''] of code.matchAll(REVERSED)) if (!HARMLESS.test(other)) found.push(whole)
  for (const [whole] of code.matchAll(METHOD)) found.push(whole)
  return [...new Set(found)]
}

function sources(): [file: string, text: string][] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !OTHERS.test(file))
    .map((file) => [file, readFileSync(join(SRC, file), 'utf8')])
}

test('what would end at the first byte that differs is found', () => {
  for (const line of [
    'return secret === stored',
    'if (stored.password !== password) return',
    'derived.equals(key)',
    'Buffer.compare(this.#key, key) === 0 || known.has(secret)',
    'const is = config.token == shown',
    'tokens.includes(token)',
  ])
    assert.notDeepEqual(wrongIn(line), [], line)
  for (const line of [
    "if (secret === null || secret === '') return",
    'if (password === undefined)',
    'hash === NO_PASSWORD',
    'timingSafeEqual(derived, key)',
    'content.length < secret.length',
  ])
    assert.deepEqual(wrongIn(line), [], line)
})

/** Keys of tables and of settings, and names of files: no secrets, whatever they are called. */
const NO_SECRETS: readonly string[] = [
  'commands/admin/acting.ts: words !== shown',
  'commands/admin/looking.ts: shown === total',
  'relay/config/stray-names.ts: .includes(key)',
  'relay/backplane/nats/suspicions.ts: .has(key)',
]

test('no secret is compared but by timingSafeEqual', () => {
  const wrong: string[] = []
  for (const [file, text] of sources()) {
    for (const line of wrongIn(text)) {
      const isAllowed = ALLOWED.some(([where, what]) => where === file && line === what)
      if (!isAllowed && !NO_SECRETS.includes(`${file}: ${line}`)) wrong.push(`${file}: ${line}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('what is allowed is there still', () => {
  const all = new Map(sources())
  for (const [file, line] of ALLOWED) assert.ok(all.get(file)?.includes(line), `${file}: ${line}`)
  for (const known of NO_SECRETS) {
    const [file = '', line = ''] = known.split(': ')
    assert.ok(all.get(file)?.includes(line), known)
  }
})

test('passwords come to timingSafeEqual from scrypt, in one file', () => {
  const using = sources().filter(([, text]) => /timingSafeEqual|\bscrypt\b.*from 'node:crypto'/.test(text))
  assert.deepEqual(
    using.map(([file]) => file),
    ['relay/access/password-hash.ts'],
  )
  const [, text = ''] = using[0] ?? []
  assert.match(
    text,
    /const derived = await derive\(password, salt, key\.length, cost\)\n\s+const \w+ = timingSafeEqual\(derived, key\)/,
  )
})
