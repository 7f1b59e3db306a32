/** X5, X15: the commands of those who have logged in, by name. A map, because names come from clients (N4). */

import type { Member } from './member.js'

export const COMMANDS: ReadonlyMap<string, (member: Member, parameters: unknown) => void> = new Map([
  ['rename', (member, parameters) => member.rename(parameters)],
  ['join', (member, parameters) => member.join(parameters)],
  ['leave', (member) => member.leave()],
  ['private', (member) => member.setPrivate(true)],
  ['public', (member) => member.setPrivate(false)],
  ['channels', (member) => member.channels()],
  ['channel_list', (member) => member.channels()],
  ['members', (member) => member.members()],
  ['direct', (member, parameters) => member.direct(parameters)],
])
