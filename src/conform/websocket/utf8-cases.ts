/**
 * Bytes that are UTF-8 and bytes that are not, in the groups and under the numbers of Autobahn's suite, which has them
 * from Markus Kuhn's UTF-8 decoder test: https://www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt
 */

export interface Utf8Group {
  readonly number: string
  readonly title: string
  /** In hexadecimal digits. */
  readonly cases: readonly string[]
  /** Which of them are UTF-8: all, none, or those at these places. */
  readonly valid: 'all' | 'none' | readonly number[]
}

/** κόσμε */
export const KOSME = 'cebae1bdb9cf83cebcceb5'

const CONTINUATIONS = Array.from({ length: 0xbf - 0x80 }, (_, index) => (0x80 + index).toString(16)).join('')

/** Each first byte of a kind with a space behind it; the last is left out, as Autobahn does. */
function lonely(first: number, last: number): string {
  return Array.from({ length: last - first }, (_, index) => `${(first + index).toString(16)}20`).join('')
}

const TORN = [
  ...['c0', 'e080', 'f08080', 'f8808080', 'fc80808080'],
  ...['df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'],
]

/** The last two code points of each plane are no characters, and may be sent. */
const NON_CHARACTERS = Array.from({ length: 17 }, (_, plane) =>
  [0xfffe, 0xffff].map((low) => plane * 0x10000 + low),
)
  .flat()
  .map((point) => Buffer.from(String.fromCodePoint(point)).toString('hex'))

export const UTF8_GROUPS: readonly Utf8Group[] = [
  {
    number: '6.5',
    title: 'text in UTF-8',
    cases: [
      '68656c6c6f24776f726c64',
      '68656c6c6fc2a2776f726c64',
      '68656c6c6fe282ac776f726c64',
      '68656c6c6ff0a4ada2776f726c64',
      KOSME,
    ],
    valid: 'all',
  },
  {
    number: '6.6',
    title: 'the beginning of a text',
    cases: Array.from({ length: KOSME.length / 2 }, (_, index) => KOSME.slice(0, 2 * (index + 1))),
    valid: [2, 5, 7, 9, 11],
  },
  {
    number: '6.7',
    title: 'the first sequence of a length',
    cases: ['00', 'c280', 'e0a080', 'f0908080'],
    valid: 'all',
  },
  {
    number: '6.8',
    title: 'the first sequence of 5 or 6 bytes',
    cases: ['f888808080', 'fc8480808080'],
    valid: 'none',
  },
  {
    number: '6.9',
    title: 'the last sequence of a length',
    cases: ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'],
    valid: 'all',
  },
  {
    number: '6.10',
    title: 'a sequence beyond the last code point',
    cases: ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'],
    valid: 'none',
  },
  {
    number: '6.11',
    title: 'an edge of what code points there are',
    cases: ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf', 'f4908080'],
    valid: [1, 2, 3, 4],
  },
  {
    number: '6.12',
    title: 'continuation bytes alone',
    cases: ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf', CONTINUATIONS],
    valid: 'none',
  },
  {
    number: '6.13',
    title: 'first bytes alone',
    cases: [
      lonely(0xc0, 0xdf),
      lonely(0xe0, 0xef),
      lonely(0xf0, 0xf7),
      lonely(0xf8, 0xfb),
      lonely(0xfc, 0xfd),
    ],
    valid: 'none',
  },
  { number: '6.14', title: 'a sequence without its last byte', cases: TORN, valid: 'none' },
  { number: '6.15', title: 'many of those', cases: [TORN.join('')], valid: 'none' },
  { number: '6.16', title: 'a byte that is in no text', cases: ['fe', 'ff', 'fefeffff'], valid: 'none' },
  {
    number: '6.17',
    title: 'a slash in too many bytes',
    cases: ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'],
    valid: 'none',
  },
  {
    number: '6.18',
    title: 'the last code point that has fewer bytes',
    cases: ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'],
    valid: 'none',
  },
  {
    number: '6.19',
    title: 'NUL in too many bytes',
    cases: ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'],
    valid: 'none',
  },
  {
    number: '6.20',
    title: 'half of a surrogate pair',
    cases: ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'],
    valid: 'none',
  },
  {
    number: '6.21',
    title: 'a surrogate pair',
    cases: ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) => [`${high}edb080`, `${high}edbfbf`]),
    valid: 'none',
  },
  { number: '6.22', title: 'a code point that is no character', cases: NON_CHARACTERS, valid: 'all' },
  {
    number: '6.23',
    title: 'a special code point',
    cases: ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'],
    valid: 'all',
  },
]
