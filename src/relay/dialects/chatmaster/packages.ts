/**
 * What the relay sends as JSON text: packages `{"type","data"}`, each with its line feed. Put together by hand, so that
 * a name is never an object's key (N4) and nothing is built for each event only to be turned into text.
 */

/** A package may be as long as this, both ways; what the relay sends counts its line feed. */
export const MAX_PACKAGE_BYTES = 64 * 1024
/** Objects and arrays within each other, the package itself counted. */
export const MAX_PACKAGE_DEPTH = 4

/** X1. */
export const LOGIN_REQUEST = '{"type":"request","data":{"request":"login"}}\n'

/** @param type the command that it is about */
export function errorPackage(type: string, words: string): string {
  return `{"type":"error","data":{"error_type":${JSON.stringify(type)},"message":${JSON.stringify(words)}}}\n`
}

/** X2. @param rest what stands behind the status, as JSON members */
export function sessionPackage(status: number | boolean, rest: string): string {
  return `{"type":"session","data":{"status":${status},${rest}}}\n`
}

/** X13. @param parameters as JSON members */
export function notificationPackage(nested: boolean, eventType: string, parameters: string): string {
  const told = nested ? `"parameters":{${parameters}}` : parameters
  return `{"type":"notification","data":{"event_type":"${eventType}",${told}}}\n`
}

/**
 * What somebody said, as one package, or as more where one would be too long for a reader: it was taken, so all of it
 * is shown (M6).
 * @param marks further JSON members, each with a comma in front
 */
export function messagePackages(name: string, text: string, marks: string): string[] {
  const json = messagePackage(name, text, marks)
  if (json.length <= MAX_PACKAGE_BYTES / MAX_UTF8_BYTES_PER_UNIT) return [json]
  if (Buffer.byteLength(json) <= MAX_PACKAGE_BYTES) return [json]
  const middle = Math.floor(text.length / 2)
  const cut = isHighSurrogate(text.charCodeAt(middle - 1)) ? middle - 1 : middle
  return [
    ...messagePackages(name, text.slice(0, cut), marks),
    ...messagePackages(name, text.slice(cut), marks),
  ]
}

function messagePackage(name: string, text: string, marks: string): string {
  return `{"type":"message","data":{"message":${JSON.stringify(text)},"username":${JSON.stringify(name)}${marks}}}\n`
}

/** Of a UTF-16 code unit. */
const MAX_UTF8_BYTES_PER_UNIT = 3

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
