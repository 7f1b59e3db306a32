/**
 * Loaded into tap itself where nothing is covered: test files run without its loader, which costs a thread and most of a
 * second of a core in each process.
 */

import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'

const isLoader = (option) => option.includes('@tapjs/processinfo')
const { spawn } = childProcess

childProcess.spawn = (command, args, options) => {
  const kept = (options.env.NODE_OPTIONS ?? '').split(' ').filter((option) => !isLoader(option))
  const env = { ...options.env, NODE_OPTIONS: kept.join(' ') }
  return spawn(
    command,
    args.filter((arg) => !isLoader(arg)),
    { ...options, env },
  )
}
syncBuiltinESMExports()
