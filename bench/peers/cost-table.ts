/** What one delivery costs the server, by the layer that the time was spent in. */

export const LAYERS = {
  kernel: 'kernel: TCP send and receive, epoll',
  libc: 'libc and the system call itself',
  libuv: 'libuv',
  nodeNative: 'Node’s C++: handles, stream base, callbacks',
  nodeJavaScript: 'Node’s JavaScript: net, streams, timers, nextTick',
  v8: 'V8: built-ins, entering and leaving JavaScript, collection',
  ours: 'the server’s own code',
  other: 'everything else',
} as const

export type Layer = keyof typeof LAYERS

/** One server under one load. */
export interface Cost {
  server: string
  load: string
  cpuUsPerDelivery: number
  deliveriesPerSecond: number
  /** Shares of the samples, which add up to 1; null where there is no profiler: then only the next two are known. */
  shares: Record<Layer, number> | null
  kernelShare: number
  userShare: number
}

export interface Costs {
  loads: Cost[]
  /** Of the relay's two transports, silent connections. */
  memory: { server: string; bytesPerConnection: number }[]
}
