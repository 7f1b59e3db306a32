/** Where one begins: a name, and what to do when it cannot be had. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { useChat } from '../context.js'
import { nameProblem } from '../state/names.js'

export function Welcome() {
  const { store, actions, access } = useChat()
  const [name, setName] = useState(store.name)
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const shown = problem ?? store.problem?.text ?? null
  const suggestion = problem === null ? (store.problem?.suggestion ?? null) : null
  const isJoining = store.phase === 'joining'

  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    if (shown !== null) field.current?.select()
  }, [store.problem])

  const join = (wanted: string) => {
    const wrong = nameProblem(wanted)
    setProblem(wrong)
    if (wrong === null && !isJoining) actions.join(wanted, password)
    else field.current?.focus()
  }

  return (
    <main class="welcome">
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          join(name.trim())
        }}
      >
        <div class="logo" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
        <h1>Join the chat</h1>
        <p class="muted">Everybody here is in the same rooms, from a browser, a terminal or a device.</p>
        <label for="name">Your name</label>
        <input
          ref={field}
          id="name"
          name="name"
          type="text"
          value={name}
          maxLength={30}
          autocomplete="nickname"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          aria-describedby={shown === null ? 'name-rule' : 'name-problem'}
          aria-invalid={shown !== null}
          onInput={(event) => {
            setName(event.currentTarget.value)
            setProblem(null)
          }}
        />
        {shown === null ? (
          <p id="name-rule" class="muted small">
            3 to 30 letters and digits. It is yours until you leave.
          </p>
        ) : (
          <p id="name-problem" class="problem small" role="alert">
            {shown}
          </p>
        )}
        {access !== 'off' && (
          <>
            <label for="password">
              {access === 'closed' ? 'Password or token' : 'Password, if the name has one'}
            </label>
            <input
              id="password"
              name="password"
              type="password"
              value={password}
              autocomplete="current-password"
              enterkeyhint="go"
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        {suggestion !== null && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setName(suggestion)
              join(suggestion)
            }}
          >
            Join as {suggestion}
          </button>
        )}
        <button type="submit" class="primary" aria-disabled={isJoining}>
          {isJoining ? 'Joining…' : 'Join'}
        </button>
      </form>
    </main>
  )
}
