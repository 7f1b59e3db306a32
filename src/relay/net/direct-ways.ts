/** How lanes write to many connections at once: which way is taken, and what there is to say about it. */

import type { Ports } from '../fanout/ports.js'
import { DescriptorPorts, loadNativeFanout } from './descriptor-ports.js'
import { HandlePorts } from './handle-ports.js'

/** What an operator may ask for. */
export type FanoutChoice = 'auto' | 'native' | 'portable'

export interface FanoutWay {
  readonly name: 'native' | 'portable'
  createPorts(): Ports
  /** Why it is not the native one although that was welcome, or `null`. */
  readonly reason: string | null
}

/**
 * @param useHandles whether connections have ports at all; without, everything goes through their outboxes
 * @returns the way, or why the native one that was asked for cannot be had
 */
export function chooseFanout(choice: FanoutChoice, useHandles: boolean): FanoutWay | string {
  const portable = { name: 'portable', createPorts: () => new HandlePorts() } as const
  if (choice === 'portable') return { ...portable, reason: null }
  const reason = useHandles ? loadNativeFanout() : 'connections are public sockets'
  if (reason === null) return { name: 'native', createPorts: () => new DescriptorPorts(), reason }
  return choice === 'native' ? reason : { ...portable, reason }
}
