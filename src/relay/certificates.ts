/**
 * The certificates of a relay's listeners: reads all of them, at the start and again at each reload, and says everything that
 * is wrong with any. Owns whose each is and what is said of it; what is wrong with one is `net/certificate.ts`'s.
 */

import type { ListenerSpec } from './config/listener-url.js'
import { ConfigError } from './config/load.js'
import { type Certificate, isBad, readCertificate } from './net/certificate.js'
import { oneLine, quoted } from './streams/printable.js'

/** By listener; those without TLS have none. */
export type Certificates = ReadonlyMap<ListenerSpec, Certificate>

/**
 * @param inUse those that were read before, where they were
 * @throws ConfigError with everything that is wrong: each names its listener and its file
 */
export function readCertificates(
  listeners: readonly ListenerSpec[],
  nowMs: number,
  inUse: Certificates = new Map(),
): Certificates {
  const certificates = new Map<ListenerSpec, Certificate>()
  const problems: string[] = []
  for (const spec of listeners) {
    if (spec.tls === undefined) continue
    const certificate = readCertificate(spec.tls, nowMs, inUse.get(spec))
    if (isBad(certificate)) problems.push(...certificate.map((words) => `${nameOf(spec)}: ${oneLine(words)}`))
    else certificates.set(spec, certificate)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return certificates
}

/** What should be seen to soon, a line each. */
export function warningsOf(certificates: Certificates, nowMs: number): string[] {
  return [...certificates].flatMap(([spec, { warnings }]) =>
    warnings(nowMs).map((words) => `${nameOf(spec)}: ${oneLine(words)}`),
  )
}

/** Without its options, which are mostly names of files. */
function nameOf({ url }: ListenerSpec): string {
  return `listen: ${quoted(url.split('?')[0])}`
}
