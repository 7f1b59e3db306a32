/** What the keys do, by the names that terminal-kit gives them. */

import type { EditKey } from './line-editor.js'

export type Action =
  | { readonly kind: 'edit'; readonly edit: EditKey }
  /** Rows up, or down where negative. */
  | { readonly kind: 'scroll'; readonly rows: number }
  | { readonly kind: 'page'; readonly pages: number }
  | { readonly kind: 'enter' | 'newest' | 'interrupt' | 'end-of-input' | 'redraw' | 'suspend' }

export const WHEEL_ROWS = 3

const EDIT_KEYS: Record<EditKey, readonly string[]> = {
  backspace: ['BACKSPACE', 'CTRL_BACKSPACE', 'CTRL_H'],
  delete: ['DELETE'],
  left: ['LEFT', 'CTRL_B'],
  right: ['RIGHT', 'CTRL_F'],
  'word-left': ['CTRL_LEFT', 'ALT_LEFT', 'ALT_B'],
  'word-right': ['CTRL_RIGHT', 'ALT_RIGHT', 'ALT_F'],
  home: ['HOME', 'CTRL_A'],
  end: ['END', 'CTRL_E'],
  'delete-before': ['CTRL_U'],
  'delete-after': ['CTRL_K'],
  'delete-word': ['CTRL_W', 'ALT_BACKSPACE'],
  earlier: ['UP', 'CTRL_P'],
  later: ['DOWN', 'CTRL_N'],
}

const EDITS = Object.entries(EDIT_KEYS) as [EditKey, readonly string[]][]

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ...EDITS.flatMap(([edit, keys]) => keys.map((key): [string, Action] => [key, { kind: 'edit', edit }])),
  ['ENTER', { kind: 'enter' }],
  ['KP_ENTER', { kind: 'enter' }],
  ['CTRL_J', { kind: 'enter' }],
  ['PAGE_UP', { kind: 'page', pages: 1 }],
  ['PAGE_DOWN', { kind: 'page', pages: -1 }],
  ['SHIFT_UP', { kind: 'scroll', rows: 1 }],
  ['SHIFT_DOWN', { kind: 'scroll', rows: -1 }],
  ['MOUSE_WHEEL_UP', { kind: 'scroll', rows: WHEEL_ROWS }],
  ['MOUSE_WHEEL_DOWN', { kind: 'scroll', rows: -WHEEL_ROWS }],
  ['CTRL_HOME', { kind: 'scroll', rows: Number.POSITIVE_INFINITY }],
  ['CTRL_END', { kind: 'newest' }],
  ['CTRL_C', { kind: 'interrupt' }],
  ['CTRL_D', { kind: 'end-of-input' }],
  ['CTRL_L', { kind: 'redraw' }],
  ['CTRL_Z', { kind: 'suspend' }],
])

/** Null for a key that does nothing. */
export function actionOf(key: string): Action | null {
  return ACTIONS.get(key) ?? null
}
