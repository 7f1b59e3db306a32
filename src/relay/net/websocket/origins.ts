/** Which pages may open a WebSocket here. A browser says where its page is from (`Origin`); programs need not. */

/** `'*'` for any. */
export type Origins = readonly string[] | '*'

/**
 * @param origin the header as it came; whoever sends none is no browser
 * @param host the `Host` that the request was sent to: a page from there is one of ours, whatever is in front of us
 */
export function isAllowedOrigin(
  allowed: Origins,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (origin === undefined || allowed === '*') return true
  const url = parsed(origin)
  if (url === null) return false
  if (allowed.includes(url.origin)) return true
  return host !== undefined && parsed(`${url.protocol}//${host}`)?.host === url.host
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
