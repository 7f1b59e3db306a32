/** Bytes as a report shows them: printable ASCII as it is, the rest as `\x1b`, and not more than a line of it. */

const MOST_BYTES = 120

export function shownBytes(bytes: Uint8Array): string {
  let shown = ''
  for (const byte of bytes.subarray(0, MOST_BYTES)) {
    if (byte === 0x0a) shown += '\\n'
    else if (byte >= 0x20 && byte <= 0x7e) shown += String.fromCharCode(byte)
    else shown += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  const more = bytes.length > MOST_BYTES ? `… (${bytes.length} bytes)` : ''
  return `"${shown}"${more}`
}
