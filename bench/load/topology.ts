/**
 * Who is in which room, who speaks to whom, and who reads slowly: everything that follows from a client's or a
 * sender's number. Made from the same plain plan in the parent and in every generator process, so that nothing
 * about it has to be sent around.
 *
 *   client   0 1 2 … number % rooms is its room
 *   sender   0 … roomSenders − 1            client of the same number, to its room
 *            roomSenders … senders − 1      client `sender − roomSenders`, to one other client
 */

export interface TopologyPlan {
  clients: number
  rooms: number
  /** Clients 0 up to this speak to their room. */
  roomSenders: number
  /** Clients 0 up to this speak to one other client. */
  directSenders: number
  /** Clients that stop reading once the load begins, spread over those that do not speak. */
  stopped: number
  /** Clients that read a few bytes at a time from then on, likewise. */
  trickling: number
  /** Whether who speaks to a room gets it back. */
  echoesOwn: boolean
}

/** Clients `first` up to `first + clients`: those of one process. */
export interface Share {
  first: number
  clients: number
}

export type Pace = 'healthy' | 'stopped' | 'trickling'
const PACES: readonly Pace[] = ['healthy', 'stopped', 'trickling']

export class Topology {
  readonly plan: TopologyPlan
  /** How many sequences there are; a client that speaks to its room and to somebody is two senders. */
  readonly senders: number
  /** Clients 0 up to this speak. */
  readonly speakingClients: number
  readonly #pace: Uint8Array
  readonly #partners: Int32Array

  /** @throws RangeError when the plan does not go together */
  constructor(plan: TopologyPlan) {
    const { clients, rooms, roomSenders, directSenders, stopped, trickling } = plan
    this.plan = plan
    this.senders = roomSenders + directSenders
    this.speakingClients = Math.max(roomSenders, directSenders)
    if (rooms < 1 || rooms > clients) throw new RangeError('rooms must be 1 up to the number of clients')
    const listening = clients - this.speakingClients
    if (listening < 0) throw new RangeError('there are more who speak than clients')
    if (stopped + trickling > listening) {
      throw new RangeError('those who stop reading or trickle must be among those who only listen')
    }
    this.#pace = new Uint8Array(clients)
    const slow = stopped + trickling
    for (let index = 0, nth = 0; nth < slow; index++) {
      if (!isPicked(index, slow, listening)) continue
      this.#pace[this.speakingClients + index] = isPicked(nth, stopped, slow) ? 1 : 2
      nth++
    }
    this.#partners = Int32Array.from({ length: directSenders }, (_, client) => this.#partnerOf(client))
  }

  roomOf(client: number): number {
    return client % this.plan.rooms
  }

  paceOf(client: number): Pace {
    return PACES[this.#pace[client] as number] as Pace
  }

  /** The client that a sender is. */
  clientOf(sender: number): number {
    return sender < this.plan.roomSenders ? sender : sender - this.plan.roomSenders
  }

  /** Whom a sender speaks to; null for one that speaks to its room. */
  partnerOf(sender: number): number | null {
    return sender < this.plan.roomSenders ? null : (this.#partners[sender - this.plan.roomSenders] as number)
  }

  /** Whether a client must get a sender's messages. Nothing is asked of those who read slowly. */
  expects(client: number, sender: number): boolean {
    if (this.#pace[client] !== 0) return false
    const partner = this.partnerOf(sender)
    if (partner !== null) return client === partner
    return this.roomOf(client) === this.roomOf(sender) && (this.plan.echoesOwn || client !== sender)
  }

  /** How many of the clients of `share` must get each sender's messages. */
  receiversOfEach({ first, clients }: Share): Int32Array {
    return Int32Array.from({ length: this.senders }, (_, sender) => {
      let receivers = 0
      for (let client = first; client < first + clients; client++) {
        if (this.expects(client, sender)) receivers++
      }
      return receivers
    })
  }

  /** Clients that read as fast as they can. */
  get healthyClients(): number {
    return this.plan.clients - this.plan.stopped - this.plan.trickling
  }

  /** Somebody far away, so most likely of another process; never one who reads slowly. */
  #partnerOf(client: number): number {
    const { clients } = this.plan
    for (let step = 0; step < clients; step++) {
      const partner = (client + (clients >> 1) + step) % clients
      if (partner !== client && this.#pace[partner] === 0) return partner
    }
    return client
  }
}

/** Picks exactly `wanted` of `of` indices, evenly spread. */
function isPicked(index: number, wanted: number, of: number): boolean {
  return Math.floor(((index + 1) * wanted) / of) !== Math.floor((index * wanted) / of)
}
