/** A node that is alone: there is nobody to ask. */

import type { Backplane, ClusterRefusal } from './backplane.js'

export class SingleNode implements Backplane {
  readonly replication = null
  readonly state = 'alone'
  readonly idSuffix = ''

  nodes(): readonly [] {
    return []
  }

  async start(): Promise<void> {}

  claim(_name: string, then: (refusal: ClusterRefusal | null) => void): void {
    then(null)
  }

  order(): void {}

  onOrder(): void {}

  nodesIn(): Iterable<never> {
    return []
  }

  async stop(): Promise<void> {}
}
