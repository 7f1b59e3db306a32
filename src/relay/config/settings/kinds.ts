/** What a setting is, and the kinds that several are of. */

import { z } from 'zod'

/** One setting. `Value` is what the relay gets; `fallback` is written as an operator would write it. */
export interface Setting<Value = unknown, Written = Value> {
  readonly schema: z.ZodType<Value, Written>
  /** What the schema takes, in words: the end of "expected …". */
  readonly expected: string
  readonly help: string
  readonly fallback: unknown
  /** How its values are written on the command line. */
  readonly placeholder: string
  /** Numbers are written as text in the environment and in flags. */
  readonly numeric?: true
  /** May be given several times. */
  readonly list?: true
  /** Whether a reload takes it up; for any other it takes a new start. */
  readonly live?: true
  /** What was written, without what is nobody else's to know: for errors. */
  conceal?(written: unknown): unknown
  /** A value as an operator would write it, where that is something else. */
  write?(value: Value): unknown
}

export const DAY_MS = 24 * 60 * 60 * 1000

export function wholeNumber(
  least: number,
  most: number,
  fallback: number,
  unit: string,
  help: string,
): Setting<number> {
  return {
    schema: z.int().min(least).max(most),
    expected: `a whole number from ${least} to ${most} (${unit})`,
    help,
    fallback,
    placeholder: 'N',
    numeric: true,
  }
}

/** A limit that may be left out. */
export function numberOrOff(
  least: number,
  most: number,
  unit: string,
  help: string,
): Setting<number | 'off'> {
  return {
    schema: z.union([z.literal('off'), z.int().min(least).max(most)]),
    expected: `off or a whole number from ${least} to ${most} (${unit})`,
    help,
    fallback: 'off',
    placeholder: 'N|off',
    numeric: true,
  }
}

/** Any number of texts of one kind; none, when nobody says. */
export function listOf(
  isOne: (text: string) => boolean,
  what: string,
  each: string,
  placeholder: string,
  help: string,
): Setting<string[]> {
  return {
    schema: z.array(z.string().refine(isOne, { error: `expected ${each}` })),
    expected: `a list of ${what}`,
    help: `${help}; may be given several times`,
    fallback: [],
    placeholder,
    list: true,
  }
}

/** The setting, taken up by a reload. */
export function live<Kind extends Setting>(setting: Kind): Kind & { readonly live: true } {
  return { ...setting, live: true }
}

/** What people write who mean yes or no, as YAML 1.1 took it: it would become a file of that name. */
const SWITCH = /^(?:yes|no|true|false|on|off|none|null)$/i

export function pathOrOff(what: string): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .refine((text) => text === 'off' || !SWITCH.test(text), {
      error: ({ input }) => `expected ${what} or off (./${input} is ${what} of that name)`,
    })
}

export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  help: string,
): Setting<Words[number]> {
  return {
    schema: z.enum(words),
    expected: `one of ${words.join(', ')}`,
    help,
    fallback,
    placeholder: words.join('|'),
  }
}
