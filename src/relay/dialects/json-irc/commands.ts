/** The command words of the json-irc dialect, and how long one object may be. */

export const COMMAND = {
  nick: '/nick',
  nicknameSet: '/nicknameSet',
  nickFail: '/nickFail',
  listRooms: '/listRooms',
  join: '/join',
  joinSuccess: '/joinSuccess',
  leaveRoom: '/leaveRoom',
  broadcast: '/broadcast',
  direct: '/direct',
  roomMembers: '/roomMembers',
  listMembers: 'listMembers',
  close: '/close',
} as const

/** Of one object with its braces, in both directions. */
export const MAX_OBJECT_BYTES = 64 * 1024
