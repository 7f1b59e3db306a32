/** That the command that is shown is one that works where it is read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Caller, ownCommand } from '../../src/commands/own-command.js'

const CLONE: Caller = {
  script: '/home/amy/parlance/dist/cli.js',
  cwd: '/home/amy/parlance',
  pid: 4711,
  hostName: 'desk',
  environment: {},
}
const commandOf = (caller: Partial<Caller>) => ownCommand({ ...CLONE, ...caller })

test('in a clone it is the built file, from where one is', () => {
  assert.equal(commandOf({}), 'node dist/cli.js')
  assert.equal(commandOf({ cwd: '/home/amy' }), 'node parlance/dist/cli.js')
  assert.equal(commandOf({ cwd: '/home/bob' }), 'node /home/amy/parlance/dist/cli.js')
  assert.equal(commandOf({ cwd: '/home/amy/parlance/docs' }), 'node /home/amy/parlance/dist/cli.js')
})

test('what a shell would read otherwise is quoted', () => {
  assert.equal(commandOf({ script: "/srv/Amy's relay/cli.js" }), "node '/srv/Amy'\\''s relay/cli.js'")
})

test('installed, it is the command; from the registry alone, it names the package', () => {
  assert.equal(commandOf({ script: '/usr/local/bin/parlance' }), 'parlance')
  assert.equal(commandOf({ script: '/srv/app/node_modules/.bin/parlance' }), 'npx parlance')
  assert.equal(
    commandOf({ script: '/home/amy/.npm/_npx/1a2b/node_modules/.bin/parlance' }),
    'npx -p parlance-relay parlance',
  )
})

test('in a container it is called from outside', () => {
  const container: Partial<Caller> = {
    pid: 1,
    script: '/app/dist/cli.js',
    cwd: '/app',
    hostName: '0123456789ab',
  }
  assert.equal(commandOf(container), 'docker exec -it 0123456789ab node /app/dist/cli.js')
  assert.equal(
    commandOf({ ...container, hostName: 'relay.example.org' }),
    'docker exec -it CONTAINER node /app/dist/cli.js',
  )
  assert.equal(
    commandOf({ ...container, environment: { container: 'podman' } }),
    'podman exec -it 0123456789ab node /app/dist/cli.js',
  )
  assert.equal(
    commandOf({ ...container, hostName: 'parlance-0', environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }),
    'kubectl exec -it parlance-0 -- node /app/dist/cli.js',
  )
})
