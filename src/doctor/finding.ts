/** What a check has found: how bad it is, in words, and what to do about it. */

/** `unknown`: it cannot be known from here. `problem`: the relay would not start, or lose people. */
export type Level = 'ok' | 'unknown' | 'warning' | 'problem'

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string
  readonly level: Level
  readonly words: string
  /** What to do, a line each; commands can be copied as they are. */
  readonly advice: readonly string[]
}

export function ok(check: string, words: string): Finding {
  return { check, level: 'ok', words, advice: [] }
}

export function unknown(check: string, words: string, ...advice: readonly string[]): Finding {
  return { check, level: 'unknown', words, advice }
}

export function warning(check: string, words: string, ...advice: readonly string[]): Finding {
  return { check, level: 'warning', words, advice }
}

export function problem(check: string, words: string, ...advice: readonly string[]): Finding {
  return { check, level: 'problem', words, advice }
}

const MIB = 1024 * 1024

/** As operators write it for a container. */
export function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB).toLocaleString('en')} MiB`
}

/** How a parameter of the kernel is changed: in a container by whoever starts it. */
export function setSysctl(name: string, value: number | string, inContainer: boolean): string[] {
  if (inContainer) return [`start the container with --sysctl ${name}=${value} (compose: sysctls)`]
  return [
    `sysctl -w ${name}=${value}`,
    `echo '${name} = ${value}' >> /etc/sysctl.d/90-parlance.conf   # from the next boot on`,
  ]
}
