/** What a relay with a listener for every dialect, for browsers and with TLS answers to a scrape, before anybody has come. */

import { pino } from 'pino'
import { loadConfig } from '../../src/relay/config/load.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { Relay } from '../../src/relay/relay.js'

/** @param certificate the query of a listener's URL that names a certificate and its key */
export async function scrapeOfNewRelay(certificate: string): Promise<string> {
  const plain = [...DIALECTS.keys(), 'ws'].map((scheme) => `${scheme}://127.0.0.1:0`)
  const listen = [...plain, `framed+tls://127.0.0.1:0?${certificate}`]
  const flags = { listen, ops: '127.0.0.1:0', logDir: 'off' }
  const relay = await Relay.start(loadConfig({ environment: {}, flags }), pino({ level: 'silent' }))
  try {
    const response = await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)
    return await response.text()
  } finally {
    await relay.stop()
  }
}
