/** Where messages are typed, and changed. What is typed belongs to the conversation, and stays when one looks at another. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useChat } from '../context.js'
import type { Conversation } from '../state/conversations.js'
import { longestLine, MAX_CHARACTERS } from '../state/lines.js'
import { Icon } from './icons.js'

/** From here on it is said how many are left. */
const COUNTED_FROM = MAX_CHARACTERS - 100

export function Composer({ conversation }: { readonly conversation: Conversation }) {
  const { store, actions } = useChat()
  const { editing } = store
  const field = useRef<HTMLTextAreaElement>(null)
  const text = editing === null ? conversation.draft : store.editedText
  const length = longestLine(text)
  const isOnline = store.phase === 'online'

  // At once: what is typed next goes behind it.
  useLayoutEffect(() => {
    if (editing === null) return
    field.current?.focus()
    field.current?.setSelectionRange(editing.text.length, editing.text.length)
  }, [editing])
  // On a phone the keyboard would come up and hide what one wants to read.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus()
  }, [conversation])

  // What was drawn last may be older than what was typed since: the store and the field know.
  const send = () => {
    const typed = field.current?.value ?? ''
    if (typed.trim() === '' || longestLine(typed) > MAX_CHARACTERS) return
    const row = store.editing
    if (row !== null) {
      store.edit(null)
      actions.edit(row, typed)
    } else if (actions.say(conversation, typed)) store.type('', conversation)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      send()
    } else if (event.key === 'Escape' && store.editing !== null) {
      event.preventDefault()
      store.edit(null)
    } else if (event.key === 'ArrowUp' && field.current?.value === '' && store.editing === null) {
      const last = conversation.log.rows.findLast((row) => row.kind === 'message' && row.own)
      if (last?.kind === 'message' && store.mayEdit(last)) {
        event.preventDefault()
        store.edit(last)
      }
    }
  }
  const left = MAX_CHARACTERS - length
  const where = conversation.kind === 'room' ? conversation.name : `${conversation.name}, in private`

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {editing !== null && (
        <p class="editing-note">
          Changing what you said
          <button type="button" class="link" onClick={() => store.edit(null)}>
            Cancel
          </button>
        </p>
      )}
      <div class="field">
        <label class="hidden" for="message">
          {editing === null ? `Message to ${where}` : 'The message as it should be'}
        </label>
        <textarea
          ref={field}
          id="message"
          rows={Math.min(6, text.split('\n').length)}
          value={text}
          placeholder={`Message to ${where}`}
          enterkeyhint="send"
          autocomplete="off"
          aria-invalid={left < 0}
          aria-describedby={length > COUNTED_FROM ? 'left' : undefined}
          onInput={(event) => store.type(event.currentTarget.value, conversation)}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          class="primary send"
          aria-label={editing === null ? 'Send' : 'Save'}
          aria-disabled={!isOnline || text.trim() === '' || left < 0}
        >
          <Icon name="send" />
        </button>
      </div>
      {length > COUNTED_FROM && (
        <p id="left" class={`small ${left < 0 ? 'problem' : 'muted'}`} role="status">
          {left < 0
            ? `${-left} too many: a message has ${MAX_CHARACTERS} characters at most.`
            : `${left} characters left`}
        </p>
      )}
    </form>
  )
}
