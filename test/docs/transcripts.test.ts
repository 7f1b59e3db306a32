/** Every transcript of the documentation, replayed on a fresh relay: the pages say what the relay does. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { replay } from './replay.js'
import { readTranscripts } from './transcript.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => `docs/${path}`)
  .sort()

for (const page of pages) {
  for (const transcript of readTranscripts(page, readFileSync(join(ROOT, page), 'utf8'))) {
    test(`${page}:${transcript.line} is what the relay does`, (t) => replay(t, transcript))
  }
}

for (const dialect of DIALECTS.keys()) {
  test(`${dialect} has a page with transcripts`, () => {
    const page = `docs/protocol/${dialect}.md`
    assert.ok(existsSync(join(ROOT, page)), `no ${page}`)
    const transcripts = readTranscripts(page, readFileSync(join(ROOT, page), 'utf8'))
    assert.ok(transcripts.some((one) => one.dialect === dialect))
  })
}
