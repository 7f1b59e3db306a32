/** The certificates of listeners with TLS: that they can be read, belong to their keys, and are valid for a while. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Config } from '../../relay/config/settings.js'
import { type Finding, ok, problem, warning } from '../finding.js'
import type { Machine } from '../machine.js'

const DAY_MS = 24 * 60 * 60 * 1000
const SOON_DAYS = 14

/** One finding for each certificate, however many listeners have it. */
export function certificates(machine: Machine, { listen }: Config): Finding[] {
  const pairs = new Map(
    listen.flatMap(({ tls }) => (tls === undefined ? [] : [[tls.cert, tls.key] as const])),
  )
  return [...pairs].map(([cert, key]) => certificate(machine, cert, key))
}

function certificate(machine: Machine, certFile: string, keyFile: string): Finding {
  const check = 'certificate'
  const [cert, key] = [machine.read(certFile), machine.read(keyFile)]
  for (const [path, text] of [[certFile, cert] as const, [keyFile, key] as const]) {
    if (text === null) return problem(check, `${path} cannot be read`, `see who may: ls -l ${path}`)
  }
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(cert as string)
    if (!parsed.checkPrivateKey(createPrivateKey(key as string)))
      return problem(check, `${certFile} is not the certificate of the key ${keyFile}`)
  } catch (error) {
    return problem(check, `${certFile} or ${keyFile} is no PEM: ${(error as Error).message}`)
  }
  const days = Math.floor((Date.parse(parsed.validTo) - machine.nowMs) / DAY_MS)
  const renew = `renew it, then have it read: see "TLS" in docs/operations.md`
  if (days < 0) return problem(check, `${certFile} ran out on ${parsed.validTo}`, renew)
  if (Date.parse(parsed.validFrom) > machine.nowMs)
    return problem(
      check,
      `${certFile} is valid from ${parsed.validFrom} on`,
      'is the clock right? see the check of it',
    )
  const words = `${certFile} is valid for another ${days} days`
  return days < SOON_DAYS ? warning(check, words, renew) : ok(check, words)
}
