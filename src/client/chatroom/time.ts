/** The time of day where the person is, as the page writes it: `h:mm am` or `h:mm pm`. */

import { TimeOfDay } from '../../relay/dialects/chatroom/time-of-day.js'

const here = new TimeOfDay(new Intl.DateTimeFormat().resolvedOptions().timeZone)

export function timeOfDay(): string {
  return here.at(Date.now())
}
