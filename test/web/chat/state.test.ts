/** The parts of the page's state, each by itself: names, shown text, logs, people, conversations, what is read aloud. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Announcer } from '../../../src/web/chat/state/announcer.js'
import { Conversations } from '../../../src/web/chat/state/conversations.js'
import { longestLine, messagesIn } from '../../../src/web/chat/state/lines.js'
import { KEPT_ROWS, Log, type MessageRow, presenceWords } from '../../../src/web/chat/state/log.js'
import { anotherName, isName, nameProblem } from '../../../src/web/chat/state/names.js'
import { People } from '../../../src/web/chat/state/people.js'
import { shownLine, shownParts } from '../../../src/web/chat/state/shown-text.js'

const NOON = new Date(2026, 5, 1, 12).getTime()

function heard(log: Log, text: string, at = NOON, id: string | null = null): MessageRow {
  return log.say({ from: 'Bob', own: false, at, text, id, state: 'sent' })
}

describe('names', () => {
  test('C1 what can be a name, and in words why not', () => {
    for (const name of ['Amy', 'abc', 'A1b', 'x'.repeat(30)]) assert.equal(nameProblem(name), null, name)
    for (const [name, words] of [
      ['', /Type a name/],
      ['ab', /3 to 30/],
      ['x'.repeat(31), /3 to 30/],
      ['Amy B', /without spaces/],
      ['Zoë', /A to Z/],
      ['EveryOne', /everyone/],
    ] as const)
      assert.match(nameProblem(name) ?? '', words, name)
  })

  test('another name is one, differs, and is none that is known to be taken', () => {
    assert.equal(anotherName('Amy'), 'Amy2')
    assert.equal(anotherName('Amy2'), 'Amy3')
    assert.equal(anotherName('a00'), 'a01')
    assert.equal(anotherName('Amy', new Set(['Amy2', 'Amy3'])), 'Amy4')
    const name = fc.stringMatching(/^[A-Za-z0-9]{3,30}$/)
    fc.assert(
      fc.property(name, fc.array(name), (wanted, others) => {
        const taken = new Set([wanted, ...others])
        const other = anotherName(wanted, taken)
        assert.ok(isName(other) && !taken.has(other), other)
      }),
    )
  })
})

describe('shown text', () => {
  test('overrides of the direction, controls and what hides become marks', () => {
    assert.deepEqual(shownParts('a\u202eb'), [
      { text: 'a', isMark: false },
      { text: 'U+202E', isMark: true },
      { text: 'b', isMark: false },
    ])
    assert.equal(
      shownLine('\u2066x\u0000\u001b[31m\u2028\ud800'),
      '[U+2066]x[U+0000][U+001B][31m[U+2028][U+D800]',
    )
    assert.equal(shownLine('a\u{e0041}b\u200bc\ufeff'), 'a[U+E0041]b[U+200B]c[U+FEFF]')
    assert.deepEqual(shownParts(''), [{ text: '', isMark: false }])
  })

  test('what languages and emoji need stays as it is', () => {
    for (const text of [
      '👩‍👩‍👧 🏳️‍🌈 👍🏽',
      'שלום\u200f!',
      'می\u200cخواهم',
      'é ệ',
      'a\tb',
      '<script>alert(1)</script>',
    ])
      assert.deepEqual(shownParts(text), [{ text, isMark: false }], text)
  })

  test('no letter carries more accents than a line is high', () => {
    assert.equal(shownLine(`Z${'\u0301'.repeat(500)}!`), `Z${'\u0301'.repeat(8)}!`)
  })

  test('what is shown never has a character that acts, whatever comes', () => {
    const unit = fc.oneof(
      fc.constantFrom('\u202e', '\u2067', '\u0007', '\ud800', '\u2029', '\u200b', 'x', '\u{e0020}'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        for (const { text } of shownParts(units.join('')))
          assert.doesNotMatch(text, /(?!\t)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029\u200b]/u)
      }),
    )
  })
})

describe('lines', () => {
  test('C5 each line that is typed is a message, and the longest counts', () => {
    assert.deepEqual(messagesIn('Hi\r\n\n  there \n \t'), ['Hi', '  there'])
    assert.deepEqual(messagesIn('a\u0007b\tc'), ['ab\tc'])
    assert.equal(longestLine('abc\n😀😀'), 3)
    assert.equal(longestLine(`${'😀'.repeat(500)}\nx`), 500)
    assert.equal(longestLine(''), 0)
  })
})

describe('a log', () => {
  test('keeps a bounded number of rows, whose keys count up without gaps', () => {
    const log = new Log()
    for (let n = 0; n < KEPT_ROWS + 2_000; n++) heard(log, `${n}`, NOON + n * 60_000, `id${n}`)
    assert.ok(log.rows.length >= KEPT_ROWS && log.rows.length < KEPT_ROWS + 500, `${log.rows.length}`)
    const first = log.rows[0]?.key as number
    log.rows.forEach((row, index) => {
      assert.equal(row.key, first + index)
    })
    assert.equal(log.withId('id0'), undefined)
    assert.equal(log.withId(`id${KEPT_ROWS + 1_999}`)?.text, `${KEPT_ROWS + 1_999}`)
  })

  test('says when a day begins', () => {
    const log = new Log()
    heard(log, 'before midnight', new Date(2026, 5, 1, 23, 59).getTime())
    heard(log, 'after', new Date(2026, 5, 2, 0, 1).getTime())
    assert.deepEqual(
      log.rows.map(({ kind }) => kind),
      ['message', 'day', 'message'],
    )
  })

  test('tells those together who come and go one after the other', () => {
    const log = new Log()
    for (const name of ['Amy', 'Bob', 'Cyd', 'Dan', 'Eve']) log.cameOrWent(name, true, NOON)
    log.cameOrWent('Bob', false, NOON + 1_000)
    log.cameOrWent('Fay', true, NOON + 61_000)
    const words = log.rows.map((row) => (row.kind === 'presence' ? presenceWords(row) : row.kind))
    assert.deepEqual(words, ['Amy, Bob, Cyd and 2 others joined. Bob left.', 'Fay joined.'])
    assert.equal(presenceWords({ came: ['Amy', 'Bob'], went: [] }), 'Amy and Bob joined.')
    assert.equal(presenceWords({ came: ['A', 'B', 'C', 'D'], went: [] }), 'A, B, C and 1 other joined.')
  })

  test('forgets ids at the end of a session, and not what was said', () => {
    const log = new Log()
    const row = heard(log, 'Hi', NOON, 'x1')
    log.forgetIds()
    assert.equal(log.withId('x1'), undefined)
    assert.equal(row.id, null)
    assert.equal(log.rows.length, 1)
  })
})

describe('people', () => {
  const all = (...names: string[]) => names.map((name) => ({ name, status: 'ONLINE' as const }))
  const names = (people: People) => people.sorted.map(({ name }) => name)

  test('are listed by name, whatever the case, and numbers in order', () => {
    const people = new People()
    people.replace(all('bob', 'Amy', 'dev10', 'dev9'))
    people.add('Cyd')
    people.change('Cyd', 'DO_NOT_DISTURB')
    people.change('nobody', 'OFFLINE')
    people.remove('bob')
    people.remove('nobody')
    assert.deepEqual(names(people), ['Amy', 'Cyd', 'dev9', 'dev10'])
    assert.equal(people.get('Cyd')?.status, 'DO_NOT_DISTURB')
    assert.equal(people.count, 4)
  })

  test('what is heard while all are asked for is newer than the answer', () => {
    const people = new People()
    people.replace(all('Amy', 'Bob', 'Cyd'))
    people.expectList()
    people.remove('Bob')
    people.add('Dan')
    people.change('Cyd', 'OFFLINE')
    people.add('Eve')
    people.replace([...all('Amy', 'Bob', 'Cyd'), { name: 'Eve', status: 'DO_NOT_DISTURB' }])
    assert.deepEqual(names(people), ['Amy', 'Cyd', 'Dan', 'Eve'])
    assert.equal(people.get('Cyd')?.status, 'OFFLINE')
    assert.equal(people.get('Eve')?.status, 'DO_NOT_DISTURB')
    people.replace(all('Amy'))
    assert.deepEqual(names(people), ['Amy'])
  })
})

test('conversations are bounded, and what is in use is never forgotten', () => {
  const conversations = new Conversations()
  const room = conversations.room('general')
  const shown = conversations.person('Amy')
  conversations.inUse = [room, shown]
  for (let n = 0; n < 200; n++) conversations.person(`p${n}`)
  assert.equal([...conversations.all()].length, 50)
  assert.equal(conversations.find('room', 'general'), room)
  assert.equal(conversations.find('person', 'Amy'), shown)
  assert.equal(conversations.find('person', 'p0'), undefined)
  assert.notEqual(conversations.find('person', 'p199'), undefined)
})

describe('what is read aloud', () => {
  function announcer() {
    const waiting: (() => void)[] = []
    const said: string[] = []
    const one = new Announcer(
      () => said.push(one.text),
      (callback) => waiting.push(callback),
    )
    return { one, said, pass: () => waiting.shift()?.() }
  }

  test('one text at a time; a few that come meanwhile together', () => {
    const { one, said, pass } = announcer()
    one.say('Bob: Hi')
    one.say('Amy: Hello')
    one.say('Cyd: Ho')
    assert.deepEqual(said, ['Bob: Hi'])
    pass()
    assert.deepEqual(said, ['Bob: Hi', 'Amy: Hello\nCyd: Ho'])
    pass()
    assert.equal(one.text, '')
    pass()
    one.say('again')
    assert.equal(one.text, 'again')
  })

  test('a flood is a number', () => {
    const { one, said, pass } = announcer()
    for (let n = 0; n < 1_001; n++) one.say(`${n}`)
    pass()
    assert.deepEqual(said, ['0', '1000 new messages'])
  })
})
