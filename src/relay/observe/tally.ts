/** Counts what happens to connections and in rooms, as plain integers by fixed words. */

import { ACCESS_REFUSALS, type ClaimOutcome } from '../dialects/dialect.js'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import type { HubEvent } from '../hub/events.js'
import { REFUSAL_REASONS } from '../net/admission.js'
import { UPGRADE_REFUSALS, type UpgradeRefusal } from '../net/websocket/upgrade-refusal.js'

const EVENTS: Readonly<Record<HubEvent['kind'], 0>> = {
  message: 0,
  direct: 0,
  edited: 0,
  receipt: 0,
  joined: 0,
  left: 0,
  renamed: 0,
  status: 0,
  visibility: 0,
  blocked: 0,
}

/** What operators do, as counters and records call it. */
export type AdminAction = 'kick' | 'ban' | 'unban' | 'say' | 'drain' | 'log-level' | 'reload'

const ADMIN_ACTIONS: Readonly<Record<AdminAction, 0>> = {
  kick: 0,
  ban: 0,
  unban: 0,
  say: 0,
  drain: 0,
  'log-level': 0,
  reload: 0,
}
export type ReloadOutcome = 'taken' | 'refused'

export class Tally {
  /** Faults of the relay's own, each of which cost a connection. */
  faults = 0
  /** Hooks that threw, or answered what they may not. */
  hookFaults = 0
  /** Connections that the system would not hand over. */
  acceptErrors = 0
  /** Connections to the ops endpoint beyond its limit. */
  opsRefused = 0
  /** Room and direct messages, by the dialect of who said them. */
  readonly messages = new Map<string, number>()
  /** By close reason; every reason is there from the start. */
  readonly disconnects = new Map<string, number>(Object.values(CLOSE_REASONS).map(({ label }) => [label, 0]))
  /** Connections that were refused, by why; every reason is there from the start. */
  readonly refusals = new Map<string, number>(REFUSAL_REASONS.map(({ label }) => [label, 0]))
  /** By why a request to become a WebSocket was refused. */
  readonly upgradeRefusals = new Map<string, number>(UPGRADE_REFUSALS.map((reason) => [reason, 0]))
  /** By what became of a configuration that was to be taken up. */
  readonly reloads = new Map<ReloadOutcome, number>([
    ['taken', 0],
    ['refused', 0],
  ])
  /** By outcome of a claim. */
  readonly rejections = new Map<string, number>(
    ['taken', 'invalid', ...ACCESS_REFUSALS].map((outcome) => [outcome, 0]),
  )
  /** What operators did; every action is there from the start. */
  readonly adminActions = new Map<string, number>(Object.entries(ADMIN_ACTIONS))
  /** By kind of event; every kind is there from the start. */
  readonly events = new Map<string, number>(Object.entries(EVENTS))

  observe(event: HubEvent): void {
    if (event.kind === 'message' || event.kind === 'direct') add(this.messages, event.dialect)
    add(this.events, event.kind)
  }

  adminDid(action: AdminAction): void {
    add(this.adminActions, action)
  }

  nameRequested(outcome: ClaimOutcome): void {
    if (outcome !== 'accepted') add(this.rejections, outcome)
  }

  upgradeRefused(reason: UpgradeRefusal): void {
    add(this.upgradeRefusals, reason)
  }

  reloaded(outcome: ReloadOutcome): void {
    add(this.reloads, outcome)
  }

  /** Also counts as a connection that has ended. */
  refused(reason: CloseReason): void {
    add(this.refusals, reason.label)
    this.closed(reason)
  }

  closed(reason: CloseReason): void {
    add(this.disconnects, reason.label)
  }
}

function add<Label extends string>(counts: Map<Label, number>, label: Label): void {
  counts.set(label, (counts.get(label) ?? 0) + 1)
}
