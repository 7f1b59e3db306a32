/** Why a request to become a WebSocket was refused: fixed words, for logs and counters. */
export const UPGRADE_REFUSALS = ['origin', 'subprotocol', 'handshake'] as const
export type UpgradeRefusal = (typeof UPGRADE_REFUSALS)[number]
