/** A program that takes the terminal as the full-screen client does, and comes to a bad end. */

import { Screen } from '../../src/client/chatmaster/screen.js'

const nothing = () => {}
const user = { key: nothing, text: nothing, pasteCut: nothing, redraw: nothing, gone: nothing }
const { stdin, stdout, stderr } = process
new Screen(stdin, stdout, stderr, user).open()
setTimeout(() => {
  throw new Error('nobody catches this')
}, 100)
