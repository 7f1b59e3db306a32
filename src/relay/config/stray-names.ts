/**
 * Names that are no setting's, in the environment and in the configuration file: each is a problem, because a setting
 * that is misspelt would leave the relay running with another value than the operator believes.
 */

import { quoted, shown } from '../streams/printable.js'
import { concealedNatsUrl } from './nats-url.js'
import { nearest } from './nearest.js'
import { environmentName, SETTING_KEYS, type SettingKey } from './settings.js'

const PREFIX = environmentName('')
/** What other commands read, and may be there for them. */
const OF_OTHER_COMMANDS = [environmentName('password')]
/** Variables of the tests and the scripts. */
const TEST_PREFIX = environmentName('test_')
/**
 * What Kubernetes puts into every container of a namespace that has a service called `parlance` or `parlance-…`. A bare
 * `PARLANCE_PORT` is one of them only with a value as Kubernetes writes it.
 */
const SERVICE_NAME =
  /_SERVICE_HOST$|_SERVICE_PORT(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/
const SERVICE_URL = /^(?:tcp|udp|sctp):\/\//
/** Whoever gives something such a name may have put a secret there. */
const OF_SECRETS = /pass|pwd|secret|token|key|cred|auth|login|seed/i
const SECRET = '***'

/** @returns what is wrong with each variable that looks like a setting and is none */
export function strayVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set([
    environmentName('config'),
    ...OF_OTHER_COMMANDS,
    ...SETTING_KEYS.map(environmentName),
  ])
  const stray = Object.entries(environment).filter(
    ([name, text]) =>
      text !== undefined &&
      name.startsWith(PREFIX) &&
      !name.startsWith(TEST_PREFIX) &&
      !known.has(name) &&
      !isOfService(name, text),
  )
  return stray.map(([name, text]) => {
    const key = nearest(name.slice(PREFIX.length), ['config', ...SETTING_KEYS])
    const meant = key === null ? null : environmentName(key)
    return `${shown(name)}: ${shownValue(name, text, meant)}: ${expected(meant)}`
  })
}

/** @returns what is wrong with a key of the file that is no setting's */
export function strayKey(key: string, value: unknown): string {
  const meant = nearest(key, SETTING_KEYS)
  return `${shown(key)}: ${shownValue(key, value, meant)}: ${expected(meant)}`
}

export function isSettingKey(key: string): key is SettingKey {
  return (SETTING_KEYS as readonly string[]).includes(key)
}

/**
 * What it was given, without what may be a secret: a URL with a login, and whatever has the name of one. Settings themselves are none.
 * @param meant the setting that it may be
 */
function shownValue(name: string, value: unknown, meant: string | null): string {
  if (meant === null && OF_SECRETS.test(name)) return quoted(SECRET)
  return quoted(JSON.stringify(value ?? null).includes('@') ? concealedNatsUrl(value) : value)
}

function isOfService(name: string, text: string): boolean {
  return SERVICE_NAME.test(name) || (name.endsWith('_PORT') && SERVICE_URL.test(text))
}

function expected(meant: string | null): string {
  return `expected a setting: ${meant === null ? 'parlance serve --help lists them' : `did you mean ${meant}?`}`
}
