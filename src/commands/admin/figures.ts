/** Figures as people read them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const THOUSANDS = ['', ' k', ' M', ' G'] as const
const DIGITS = 3

/** Such as `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Such as `0.4`, `987`, `12.3 k` and `1.20 M`. `null` is not known. */
export function rate(value: number | null): string {
  return value === null ? '-' : scaled(value, 1000, THOUSANDS)
}

/** Such as `812 B` and `1.50 MiB`. */
export function bytes(value: number): string {
  return scaled(
    value,
    1024,
    UNITS.map((unit) => ` ${unit}`),
  )
}

/** Such as `4.2 s`, `3m 20s`, `5h 2m` and `12d 3h`. */
export function duration(seconds: number): string {
  if (seconds < 60)
    return seconds < 10 && seconds % 1 !== 0 ? `${seconds.toFixed(1)}s` : `${Math.floor(seconds)}s`
  const whole = Math.floor(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`
  const hours = Math.floor(whole / 3600)
  if (hours < 24) return `${hours}h ${Math.floor((whole % 3600) / 60)}m`
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** Such as `1.25 ms`. `null` is not known. */
export function milliseconds(value: number | null): string {
  return value === null ? '-' : `${Number(value.toPrecision(DIGITS))} ms`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let [scaledValue, unit] = [value, 0]
  while (scaledValue >= step && unit < units.length - 1) {
    scaledValue /= step
    unit++
  }
  const isWhole = unit === 0 && (Number.isInteger(scaledValue) || scaledValue >= 100)
  const digits = isWhole ? Math.round(scaledValue).toString() : plain(scaledValue)
  return `${digits}${units[unit]}`
}

function plain(value: number): string {
  if (value >= 100) return Math.round(value).toString()
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 1 : 2)
}
