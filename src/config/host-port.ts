/** `HOST:PORT` as operators write it, with `[…]` around IPv6 addresses and an empty host for all addresses. */

export interface HostPort {
  readonly host: string | undefined
  readonly port: number
}

const FORM = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/
const MAX_PORT = 65_535

/** @returns `null` when `text` is not of that form */
export function parseHostPort(text: string): HostPort | null {
  const form = FORM.exec(text)
  if (form === null) return null
  const port = Number(form[3])
  if (port > MAX_PORT) return null
  return { host: form[1] || form[2] || undefined, port }
}
