/** That every setting is a flag of the commands that take settings, and that a flag that is misspelt is none. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command, type CommanderError } from 'commander'
import { addSettingFlags, type SettingFlags, sourcesOf } from '../../src/commands/setting-flags.js'
import type { Setting } from '../../src/relay/config/settings/kinds.js'
import { flagName, SETTING_KEYS, SETTINGS } from '../../src/relay/config/settings.js'

function parsed(...args: string[]): SettingFlags {
  const command = addSettingFlags(new Command('serve'))
    .exitOverride()
    .configureOutput({ writeErr() {} })
  return command.parse(args, { from: 'user' }).opts()
}

test('what is given to a flag is a source as it is; a list takes each; nothing else is said', () => {
  for (const key of SETTING_KEYS) {
    const { list }: Setting = SETTINGS[key]
    const flags = parsed(
      '--config',
      'relay.yaml',
      flagName(key),
      'one',
      ...(list ? [flagName(key), 'two'] : []),
    )
    const { file, flags: given } = sourcesOf(flags)
    assert.equal(file, 'relay.yaml')
    assert.deepEqual(given, { [key]: list ? ['one', 'two'] : 'one' })
  }
})

test('a flag without one of its letters is refused, and so is one without a value', () => {
  for (const key of SETTING_KEYS) {
    const flag = flagName(key)
    const middle = Math.ceil(flag.length / 2)
    const misspelt = `${flag.slice(0, middle)}${flag.slice(middle + 1)}`
    assert.throws(
      () => parsed(misspelt, 'one'),
      (error: CommanderError) => {
        assert.equal(error.code, 'commander.unknownOption', misspelt)
        assert.ok(error.message.includes(`'${misspelt}'`))
        return true
      },
    )
    assert.throws(() => parsed(flag), { code: 'commander.optionMissingArgument' })
  }
})
