/** How the checks of WebSocket are written down: each has Autobahn's number, and those of a group are one rule. */

import type { Check, CheckContext } from '../check.js'
import { Visitor } from './visitor.js'

/** The codes of RFC 6455, 7.4.1, with which connections end. */
export const NORMAL = 1000
export const PROTOCOL_ERROR = 1002
export const INVALID_TEXT = 1007

/** @param number such as `1.1.2`, of the rule `1.1`; one of two numbers is a rule by itself in its group: `2.1` of `2` */
export function webSocketCheck(
  number: string,
  title: string,
  run: (context: CheckContext) => Promise<void>,
): Check {
  return { rule: ruleOf(number), title: `${number} ${title}`, run }
}

/** With somebody who speaks text. */
export function textCheck(number: string, title: string, run: (visitor: Visitor) => Promise<void>): Check {
  return webSocketCheck(number, title, async (context) => run(await Visitor.text(context)))
}

/** With somebody who speaks binary. */
export function binaryCheck(number: string, title: string, run: (visitor: Visitor) => Promise<void>): Check {
  return webSocketCheck(number, title, async (context) => run(await Visitor.binary(context)))
}

function ruleOf(number: string): string {
  const parts = number.split('.')
  return parts.length === 2 ? (parts[0] as string) : parts.slice(0, 2).join('.')
}
