import assert from 'node:assert/strict'
import { it } from 'node:test'
import { layerOf, sharesOf } from '../../bench/peers/perf.js'

it('samples belong to the layer of the function that was running', () => {
  assert.equal(layerOf('tcp_sendmsg_locked', '[kernel.kallsyms]'), 'kernel')
  assert.equal(layerOf('__GI___libc_write', '/usr/lib/x86_64-linux-gnu/libc.so.6'), 'libc')
  assert.equal(layerOf('uv_try_write', '/usr/bin/node'), 'libuv')
  assert.equal(layerOf('uv__io_poll', '/usr/bin/node'), 'libuv')
  assert.equal(layerOf('node::LibuvStreamWrap::DoTryWrite', '/usr/bin/node'), 'nodeNative')
  assert.equal(layerOf('Builtins_CallFunction_ReceiverIsAny', '/usr/bin/node'), 'v8')
  assert.equal(layerOf('v8::internal::Scavenger::Process', '/usr/bin/node'), 'v8')
  assert.equal(layerOf('JS:*flush file:///x/dist/fanout/outbox.js:85:10', '/tmp/perf-7.map'), 'ours')
  assert.equal(
    layerOf('JS:*writeGeneric node:internal/stream_base_commons:147:22', '[JIT] tid 7'),
    'nodeJavaScript',
  )
  assert.equal(layerOf('flush_batch', '/x/build/ceiling-relay'), 'ours')
})

it('shares add up, whatever else is between the samples', () => {
  const script = [
    '    ffffffff81a0b2c3 tcp_sendmsg (inlined) ([kernel.kallsyms])',
    '',
    '        7f4a75fc5bdf uv_try_write (/usr/bin/node)',
    '        7f4a75fc5bdf uv__io_poll (/usr/bin/node)',
    'not a sample',
    '        7f4a75fc5bdf [unknown] (/opt/else)',
  ]
  const shares = sharesOf(script.join('\n'))
  assert.deepEqual(
    { kernel: shares?.kernel, libuv: shares?.libuv, other: shares?.other },
    { kernel: 0.25, libuv: 0.5, other: 0.25 },
  )
  assert.equal(sharesOf(''), null)
})
