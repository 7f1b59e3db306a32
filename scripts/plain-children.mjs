/**
 * Loaded by tap into each test file, behind its own loader: programs that a test starts run without that loader, as
 * users run them. It costs a thread and 200 ms in each, and answers signals in a way of its own.
 */

import processOnSpawn from 'process-on-spawn'

processOnSpawn.addListener((spawned) => {
  const options = spawned.env.NODE_OPTIONS ?? ''
  const kept = options.split(' ').filter((option) => !option.includes('@tapjs/processinfo'))
  spawned.env = { ...spawned.env, NODE_OPTIONS: kept.join(' ').trim() }
  return spawned
})
