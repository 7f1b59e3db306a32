/** `HOST:PORT` as operators write it, with `[…]` around IPv6 addresses and an empty host for all addresses. */

import { isIPv6 } from 'node:net'

export interface HostPort {
  readonly host: string | undefined
  readonly port: number
}

const FORM = /^(?:\[([^[\]]+)\]|([^\s\p{Cc}:[\]/\\?#@]*)):(\d{1,5})$/u
const MAX_PORT = 65_535

/** @returns `null` when `text` is not of that form */
export function parseHostPort(text: string): HostPort | null {
  const form = FORM.exec(text)
  if (form === null || (form[1] !== undefined && !isIPv6(form[1]))) return null
  const port = Number(form[3])
  if (port > MAX_PORT) return null
  return { host: form[1] || form[2] || undefined, port }
}

/** The same, written: what `parseHostPort` reads. */
export function writtenHostPort({ host = '', port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** Where on this machine what listens on `host` can be reached; all addresses include this one. */
export function reachableHost(host: string | null | undefined): string {
  return host === undefined || host === null || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}
