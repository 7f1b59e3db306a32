/** What every part of the page can reach: what is known, and what can be done. */

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Access } from './state/access.js'
import type { Actions } from './state/actions.js'
import type { ChatStore } from './state/store.js'

export interface Chat {
  readonly store: ChatStore
  readonly actions: Actions
  /** Whether names need a password. */
  readonly access: Access
  /** What stands in the live region. */
  readonly announced: () => string
}

const ChatContext = createContext<Chat | null>(null)

export const ChatProvider = ChatContext.Provider

/** @throws Error outside of a `ChatProvider` */
export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (chat === null) throw new Error('a part of the page is drawn outside of it')
  return chat
}
