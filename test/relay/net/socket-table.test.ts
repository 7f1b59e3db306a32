/** What is read from the kernel's tables of sockets, from tables that were written down. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SocketTable } from '../../../src/relay/net/socket-table.js'
import { kernelKey, plainAddress } from '../../../src/relay/net/transport.js'

const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parlance-table-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

function row(local: string, remote: string, state: string, queued: string, resent = 0, probes = 0): string {
  const again = resent.toString(16).toUpperCase().padStart(8, '0')
  return `   2: ${local} ${remote} ${state} ${queued}:00000000 04:00000004 ${again}     0        ${probes} 7318 2 0\n`
}

/** 32-bit words, as a machine of this kind writes them. */
function words(address: Buffer): string {
  const bytes = Buffer.from(address)
  if (endianness() === 'LE') bytes.swap32()
  return bytes.toString('hex').toUpperCase()
}

const HERE = `${words(Buffer.from([127, 0, 0, 1]))}:2328`

test('what is not acknowledged, and how often it was sent again or probed for, is read by peer', async (t) => {
  const path = folder(t)
  const peer = words(Buffer.from([10, 0, 0, 7]))
  const rows = [
    row(HERE, `${peer}:E464`, '01', '0039DC00', 2, 3),
    row(HERE, `${peer}:E465`, '01', '00000000'),
    row(HERE, `${peer}:E466`, '0A', '00000001'),
    // The keep-alive has asked it three times.
    row(HERE, `${peer}:E467`, '01', '00000000', 0, 3),
  ]
  writeFileSync(join(path, 'tcp'), HEADING + rows.join(''))
  const held = await new SocketTable(path).read()
  assert.deepEqual(
    [...(held ?? [])],
    [
      [kernelKey(9000, '10.0.0.7', 0xe464), { unacknowledgedBytes: 0x39dc00, unanswered: 5 }],
      [kernelKey(9000, '10.0.0.7', 0xe467), { unacknowledgedBytes: 0, unanswered: 3 }],
    ],
  )
})

test('addresses of IPv6 are as Node writes them, and those of IPv4 within it as IPv4', async (t) => {
  const path = folder(t)
  const six = Buffer.alloc(16)
  six.set([0x20, 0x01, 0x0d, 0xb8])
  six[15] = 1
  const mapped = Buffer.from('00000000000000000000ffff0a000007', 'hex')
  const here = `${words(Buffer.alloc(16))}:2328`
  const rows = [six, mapped].map((address) => row(here, `${words(address)}:0001`, '01', '00000010'))
  writeFileSync(join(path, 'tcp6'), HEADING + rows.join(''))
  const held = await new SocketTable(path).read()
  assert.deepEqual(
    [...(held?.keys() ?? [])],
    [kernelKey(9000, '2001:db8::1', 1), kernelKey(9000, '10.0.0.7', 1)],
  )
  assert.equal(plainAddress('::ffff:10.0.0.7'), '10.0.0.7')
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1')
})

test('a table of many pages is read whole, and who asks meanwhile gets the same', async (t) => {
  const path = folder(t)
  const peer = words(Buffer.from([10, 0, 0, 7]))
  const rows = Array.from({ length: 300 }, (_, index) =>
    row(HERE, `${peer}:${(index + 1).toString(16).toUpperCase().padStart(4, '0')}`, '01', '00000001'),
  )
  writeFileSync(join(path, 'tcp'), HEADING + rows.join(''))
  const table = new SocketTable(path)
  const [one, other] = await Promise.all([table.read(), table.read()])
  assert.equal(one?.size, 300)
  assert.equal(one, other)
})

test('where there is no table, or none that can be read, that is told', async (t) => {
  const path = folder(t)
  assert.equal(await new SocketTable(path).read(), null)
  mkdirSync(join(path, 'tcp'))
  assert.equal(await new SocketTable(path).read(), null)
})
