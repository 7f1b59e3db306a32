/** Reads moments as people write them: `10m`, `yesterday`, `10:30`, `2026-01-31`, `2026-01-31T10:30:00+01:00`. */

import type { TimeZone } from './time-zone.js'

export const EXPECTED_MOMENT =
  'a time such as 10m, 2h or 3d ago, today, yesterday, 10:30, 2026-01-31, "2026-01-31 10:30" or 2026-01-31T10:30:00Z'

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const AGO = /^(\d{1,6})([smhdw])$/
const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d))?$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?$/
const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

const MIDNIGHT = { hour: 0, minute: 0, second: 0, millisecond: 0 }

/**
 * @param text what has no offset of its own is as the clocks of `zone` show it
 * @returns milliseconds since 1970, or `null` for what is no moment
 */
export function parseMoment(text: string, nowMs: number, zone: TimeZone): number | null {
  if (text === 'now') return nowMs
  if (text === 'today') return zone.instant({ ...zone.wallClock(nowMs), ...MIDNIGHT })
  if (text === 'yesterday') {
    const { day, ...today } = zone.wallClock(nowMs)
    return zone.instant({ ...today, ...MIDNIGHT, day: day - 1 })
  }
  const [, count, unit] = AGO.exec(text) ?? []
  if (unit !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] as number)
  const clock = CLOCK.exec(text)
  if (clock !== null) {
    const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)]
    if (hour > 23 || minute > 59 || second > 59) return null
    return zone.instant({ ...zone.wallClock(nowMs), hour, minute, second, millisecond: 0 })
  }
  if (WITH_OFFSET.test(text)) {
    const atMs = Date.parse(text)
    return Number.isNaN(atMs) ? null : atMs
  }
  const date = DATE.exec(text)
  return date === null ? null : onThatDay(date, zone)
}

function onThatDay([, ...parts]: RegExpExecArray, zone: TimeZone): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  )
  const millisecond = Number((parts[6] ?? '').padEnd(3, '0'))
  // The 31st of a month that has none would be another day of the next.
  const real = new Date(Date.UTC(year, month - 1, day))
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  return zone.instant({ year, month, day, hour, minute, second, millisecond })
}
