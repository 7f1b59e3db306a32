/**
 * Builds of the relay to compare, each in a directory of its own that nobody else writes into: a revision from
 * git, or this tree as it is now. Taken away again at the end, also when that comes early.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Build {
  /** What it is, in a word. */
  label: string
  /** The command to start, by Node. */
  cliPath: string
  remove(): void
}

/** This tree, uncommitted changes included. */
export function buildThisTree(): Build {
  run('npm', ['run', '-s', 'build'], ROOT)
  const directory = mkdtempSync(join(tmpdir(), 'parlance-tree-'))
  cpSync(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  return removable('this tree', directory, () => rmSync(directory, { recursive: true, force: true }))
}

/** @throws Error when there is no such revision, or it does not build */
export function buildRevision(revision: string): Build {
  const commit = git(['rev-parse', '--verify', '--short', `${revision}^{commit}`])
  const directory = join(mkdtempSync(join(tmpdir(), 'parlance-revision-')), 'tree')
  git(['worktree', 'add', '--detach', '--quiet', directory, commit])
  const build = removable(commit, directory, () => {
    git(['worktree', 'remove', '--force', directory])
    rmSync(join(directory, '..'), { recursive: true, force: true })
  })
  try {
    if (sameLockFile(directory)) symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
    else run('npm', ['ci', '--no-audit', '--no-fund'], directory)
    run('npm', ['run', '-s', 'build'], directory)
    return build
  } catch (error) {
    build.remove()
    throw error
  }
}

function removable(label: string, directory: string, removeNow: () => void): Build {
  let isThere = true
  function remove(): void {
    if (!isThere) return
    isThere = false
    process.off('exit', remove)
    removeNow()
  }
  process.on('exit', remove)
  return { label, cliPath: join(directory, 'dist/cli.js'), remove }
}

function sameLockFile(directory: string): boolean {
  const [there, here] = [directory, ROOT].map((tree) => join(tree, 'package-lock.json'))
  if (there === undefined || here === undefined || !existsSync(there)) return false
  return existsSync(join(ROOT, 'node_modules')) && readFileSync(there).equals(readFileSync(here))
}

function git(words: string[]): string {
  return run('git', words, ROOT).trim()
}

/** @throws Error with what the command said */
function run(command: string, words: string[], directory: string): string {
  try {
    return execFileSync(command, words, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${words.join(' ')} failed:\n${stdout}${stderr}`)
  }
}
