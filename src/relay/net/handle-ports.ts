/** The portable ports: one call of Node's handle for each, and nothing else of it touched. */

import type { Port, Ports } from '../fanout/ports.js'
import type { HandleTransport } from './handle-transport.js'
import { OWNER, type StreamWrap, streamWrap, type TcpHandle, takeRequest } from './tcp-handle.js'
import { headerOf } from './websocket/server-frame.js'

export class HandlePorts implements Ports {
  readonly refused: number[] = []
  readonly #handles: (TcpHandle | null)[] = []
  /** For each place the opcode of the WebSocket frame that its bytes are to be, or 0. */
  readonly #opcodes: number[] = []

  set(place: number, port: Port | null): void {
    const transport = port as HandleTransport | null
    this.#handles[place] = transport?.handle ?? null
    this.#opcodes[place] = transport?.opcode ?? 0
  }

  send(bytes: Buffer, places: number): number {
    const wrap = streamWrap as StreamWrap
    const handles = this.#handles
    const { streamBaseState, kLastWriteWasAsync } = wrap
    /** Of this call, by opcode: made once, and in memory of its own, because what the kernel does not take refers to it. */
    const frames: Buffer[][] = []
    let refused = 0
    const end = Math.min(places, handles.length)
    for (let place = 0; place < end; place++) {
      const handle = handles[place]
      if (handle === null || handle === undefined) continue
      const request = takeRequest(wrap)
      const opcode = this.#opcodes[place] as number
      const pieces = opcode === 0 ? bytes : framed(frames, opcode, bytes)
      const status =
        pieces === bytes
          ? handle.writeBuffer(request, bytes)
          : handle.writev(request, pieces as Buffer[], true)
      if (status === 0 && streamBaseState[kLastWriteWasAsync] === 0) continue
      if ((handle[OWNER] as HandleTransport).dispatched(status, request, pieces)) continue
      this.refused[refused * 2] = place
      this.refused[refused * 2 + 1] = 0
      refused++
    }
    return refused
  }
}

function framed(frames: Buffer[][], opcode: number, bytes: Buffer): Buffer[] {
  frames[opcode] ??= [headerOf(opcode, bytes.length), bytes]
  return frames[opcode]
}
