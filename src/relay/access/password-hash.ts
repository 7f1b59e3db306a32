/**
 * Passwords as they are kept: a salted scrypt hash in the string form of password hashing competitions (PHC),
 * `$scrypt$ln=15,r=8,p=1$SALT$KEY`, salt and key in Base64 without padding. Owns making, reading and comparing them; who has
 * which is `password-file.ts`'s.
 */

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** What one derivation costs: 128 · 2^ln · r bytes of memory, and time in proportion to that times p. */
export interface ScryptCost {
  /** The logarithm of N, to the base 2. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

export interface PasswordHash {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly key: Buffer
}

/** 32 MiB and some 60 ms: dear for who guesses, and bearable for a small relay that checks two at once. */
export const USUAL_COST: ScryptCost = { ln: 15, r: 8, p: 1 }
/** N · r · p is no more than this, so that no line of a file costs more than 128 MiB or half a second. */
const MOST_WORK = 2 ** 20
const MIN_LN = 10
const SALT_BYTES = 16
const KEY_BYTES = 32

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** What a hash looks like, in words that go behind "expected". */
export const EXPECTED_HASH = `a hash that parlance access makes ($scrypt$ln=…, N · r · p no more than 2^20)`

/** @returns `null` for what is no such hash, or one that costs too little or too much */
export function readPasswordHash(text: string): PasswordHash | null {
  const found = PHC.exec(text)
  if (found === null) return null
  const [ln = 0, r = 0, p = 0] = found.slice(1, 4).map(Number)
  if (ln < MIN_LN || r < 1 || p < 1 || 2 ** ln * r * p > MOST_WORK) return null
  const [salt, key] = found.slice(4, 6).map((encoded) => Buffer.from(encoded, 'base64')) as [Buffer, Buffer]
  if (salt.length < SALT_BYTES / 2 || salt.length > 64 || key.length < KEY_BYTES / 2 || key.length > 64)
    return null
  return { cost: { ln, r, p }, salt, key }
}

/** The hash of a password, with a salt of its own, as a file has it. */
export async function hashPassword(password: string, cost: ScryptCost = USUAL_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, KEY_BYTES, cost)
  const { ln, r, p } = cost
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(key)}`
}

/** Whether it is the hash of that password. Takes as long whether or not it is. */
export async function isPassword(password: string, { cost, salt, key }: PasswordHash): Promise<boolean> {
  const derived = await derive(password, salt, key.length, cost)
  const isSame = timingSafeEqual(derived, key)
  derived.fill(0)
  return isSame
}

/** A hash of nothing that anybody could say: what is compared where there is no such name, so that it takes as long. */
export function decoyHash(cost: ScryptCost): PasswordHash {
  return { cost, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) }
}

/** On the thread pool of Node, never on the event loop. */
function derive(password: string, salt: Buffer, keyBytes: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const bytes = Buffer.from(password, 'utf8')
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * 128 * MOST_WORK }
  return new Promise((resolve, reject) => {
    scrypt(bytes, salt, keyBytes, options, (error, key) => {
      bytes.fill(0)
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
