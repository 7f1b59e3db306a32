/** Messages to keep: the same ones in each run. */

import type { KeptMessage } from './contender.js'

const WORDS =
  'is anybody here who has seen the build go through since merge this morning it was green for me yesterday and now tests fail'.split(
    ' ',
  )
const WORDS_IN_TEXT = 30

/** @param rooms they are said in by turns */
export function messageOf(number: number, rooms: number): KeptMessage {
  const id = `0mi8k2f3q${number.toString(36).padStart(8, '0')}`
  const at = 1_764_000_000_000 + number
  const body = JSON.stringify({ at, name: `user${number % 97}`, text: textOf(number) })
  return { room: roomOf(number % rooms), id, body }
}

export function roomOf(number: number): string {
  return `room-${number}`
}

/** Words in an order that no compression has seen before, as people have them. */
function textOf(number: number): string {
  let state = number + 1
  const words = Array.from({ length: WORDS_IN_TEXT }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return WORDS[state % WORDS.length]
  })
  return words.join(' ')
}
