/** The keys, for whoever asks: Alt and H. */

import { Dialog } from './drawer.js'

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Enter', 'send; Shift and Enter begins another line, which is a message of its own'],
  ['↑ in an empty field', 'change the last thing that you said'],
  ['Escape', 'stop changing it; close what is open; go back to the room'],
  ['Alt and ↑, Alt and ↓', 'the conversation above or below'],
  ['Alt and M', 'the message field'],
  ['Alt and L', 'the messages; then ↑ ↓, Page Up, Page Down, Home, End'],
  ['Alt and P', 'the people; then ↑ ↓, and Enter writes in private'],
  ['Alt and R', 'the rooms'],
  ['Alt and H', 'this list'],
]

export function Shortcuts({ close }: { readonly close: () => void }) {
  return (
    <Dialog label="Keys" className="shortcuts" close={close}>
      <h2>Keys</h2>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
