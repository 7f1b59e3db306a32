/** The inputs that are kept: small files, one folder for each target, each named for what it shows. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seedOf } from './target.js'

const FOLDER = fileURLToPath(new URL('../corpus/', import.meta.url))
/** Of a file's name, before a number that tells two alike apart. */
const MOST_NAME_LENGTH = 90

export interface Kept {
  /** Of its file. */
  readonly name: string
  readonly input: Buffer
}

/** All that are kept for a target, in the order of their names. */
export function readCorpus(target: string): Kept[] {
  let names: string[]
  try {
    names = readdirSync(join(FOLDER, target))
  } catch {
    return []
  }
  return names.sort().map((name) => ({ name, input: readFileSync(join(FOLDER, target, name)) }))
}

/** @param words what it shows @returns the path of the file */
export function keep(target: string, words: string, input: Buffer): string {
  mkdirSync(join(FOLDER, target), { recursive: true })
  const slug = words
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MOST_NAME_LENGTH)
  const path = join(FOLDER, target, `${slug}-${seedOf(input).toString(16).padStart(8, '0').slice(0, 4)}.bin`)
  writeFileSync(path, input)
  return path
}
