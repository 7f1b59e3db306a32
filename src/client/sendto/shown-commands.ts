/** The commands as a person at a terminal is told of them, in rows that fit forty columns behind a mark. */

export const SHOWN_COMMANDS: readonly string[] = [
  'login NAME        take a name',
  'list              who is here',
  'sendto NAME TEXT  say it to somebody',
  'logout            give the name back',
  'exit              leave',
]
