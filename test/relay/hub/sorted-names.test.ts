/** That names are in order whatever changed since somebody last asked, and that a list that was handed out stays as it was. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SortedNames } from '../../../src/relay/hub/sorted-names.js'

test('the list is what sorting would make it, whatever came and went in between', () => {
  const change = fc.record({ name: fc.stringMatching(/^[!-~]{1,3}$/), asks: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300, size: 'max' }), (changes) => {
      const here = new Set<string>()
      const names = new SortedNames(() => here)
      const handedOut: [readonly string[], string][] = []
      for (const { name, asks } of changes) {
        if (here.delete(name)) names.deleted(name)
        else {
          here.add(name)
          names.added(name)
        }
        if (!asks) continue
        const list = names.sorted()
        assert.deepEqual(
          list,
          [...here].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        )
        assert.equal(names.sorted(), list, 'the same one until something changes')
        handedOut.push([list, list.join()])
      }
      for (const [list, words] of handedOut) assert.equal(list.join(), words)
    }),
  )
})
