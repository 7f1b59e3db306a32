/** The portable ports: one call of Node's handle for each, and nothing else of it touched. */

import type { Port, Ports } from '../fanout/ports.js'
import type { HandleTransport } from './handle-transport.js'
import { OWNER, type StreamWrap, streamWrap, type TcpHandle, takeRequest } from './tcp-handle.js'

export class HandlePorts implements Ports {
  readonly refused: number[] = []
  readonly #handles: (TcpHandle | null)[] = []

  set(place: number, port: Port | null): void {
    this.#handles[place] = port === null ? null : (port as HandleTransport).handle
  }

  send(bytes: Buffer, places: number): number {
    const wrap = streamWrap as StreamWrap
    const handles = this.#handles
    const { streamBaseState, kLastWriteWasAsync } = wrap
    let refused = 0
    const end = Math.min(places, handles.length)
    for (let place = 0; place < end; place++) {
      const handle = handles[place]
      if (handle === null || handle === undefined) continue
      const request = takeRequest(wrap)
      const status = handle.writeBuffer(request, bytes)
      if (status === 0 && streamBaseState[kLastWriteWasAsync] === 0) continue
      if ((handle[OWNER] as HandleTransport).dispatched(status, request, bytes)) continue
      this.refused[refused * 2] = place
      this.refused[refused * 2 + 1] = 0
      refused++
    }
    return refused
  }
}
