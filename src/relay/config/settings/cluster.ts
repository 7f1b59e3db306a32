/** Other nodes: how several relays, on one machine or many, are one to everybody. */

import { z } from 'zod'
import { concealedNatsUrl, type NatsUrl, parseNatsUrl, writtenNatsUrl } from '../nats-url.js'
import { DAY_MS, oneOf, pathOrOff, type Setting, wholeNumber } from './kinds.js'

const EXPECTED_URL = 'expected a URL such as nats://127.0.0.1:4222'

const natsUrl = z.string().transform((text, context): NatsUrl => {
  const parsed = parseNatsUrl(text)
  if (parsed !== null) return parsed
  context.addIssue({ code: 'custom', message: EXPECTED_URL })
  return z.NEVER
})

function file(help: string): Setting<string, string> {
  return {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help,
    fallback: 'off',
    placeholder: 'FILE|off',
  }
}

export const CLUSTER_SETTINGS = {
  nats: {
    schema: z.array(natsUrl),
    expected: 'a list of URLs such as nats://127.0.0.1:4222',
    help: 'be a node of a cluster over these NATS servers, as nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ or TOKEN@ in front of the host where they ask for it; may be given several times; with none the relay is alone',
    fallback: [],
    placeholder: 'URL',
    list: true,
    conceal: concealedNatsUrl,
    write: (urls: readonly NatsUrl[]) => urls.map(writtenNatsUrl),
  },
  cluster: {
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
    expected: 'up to 32 letters, digits, _ and -',
    help: 'the name of the cluster: relays with the same one over the same NATS are one',
    fallback: 'parlance',
    placeholder: 'NAME',
  },
  node: {
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    expected: 'auto, or up to 64 letters, digits, _ and -',
    help: 'what this node is called among the others, each of which needs another name; auto is made of the name of the host and chance',
    fallback: 'auto',
    placeholder: 'NAME|auto',
  },
  natsReplicas: {
    schema: z.union([z.literal(1), z.literal(3), z.literal(5)]),
    expected: '1, 3 or 5 (servers)',
    help: 'on how many NATS servers the names are kept, which is decided when the first node of a cluster starts',
    fallback: 1,
    placeholder: 'N',
    numeric: true,
  },
  natsCredentials: file('who this node is to NATS: a file of credentials (JWT and seed), as nsc makes them'),
  natsCa: file(
    'the certificates, in PEM, of whoever has signed those of the NATS servers; off for those that the system trusts',
  ),
  natsCert: file('the certificate, in PEM, by which NATS knows this node'),
  natsKey: file('the key of natsCert, in PEM'),
  whenCutOff: oneOf(
    ['serve', 'close'],
    'serve',
    'what /readyz answers while NATS cannot be reached: 200 with degraded, so that new connections still come here (serve), or 503 (close)',
  ),
  durable: oneOf(
    ['on', 'off'],
    'off',
    'keep what is said in NATS, in a stream of JetStream, so that what was said while a link was down or a node restarted arrives afterwards; needs nats and a dataDir',
  ),
  durableAgeMs: wholeNumber(
    60_000,
    30 * DAY_MS,
    60 * 60_000,
    'milliseconds',
    'with durable, keep it in NATS for so long',
  ),
  durableBytes: wholeNumber(
    1024 * 1024,
    2 ** 44,
    1024 * 1024 * 1024,
    'bytes',
    'with durable, keep no more than that in NATS, for the whole cluster; the oldest goes first',
  ),
  unsentBytes: wholeNumber(
    1024 * 1024,
    2 ** 34,
    64 * 1024 * 1024,
    'bytes',
    'with durable, what NATS has not taken yet may grow to this, in memory and in the dataDir; then whoever says something has to wait',
  ),
} as const satisfies Record<string, Setting>
