/** What a node of a cluster counts: plain integers, which metrics read when they are asked for. */

export interface ClusterStats {
  batchesOut: number
  /** Records of what somebody did. */
  opsOut: number
  bytesOut: number
  batchesIn: number
  opsIn: number
  bytesIn: number
  /** Holes in what others have said. */
  gaps: number
  /** What others have said in rooms and to people here, and did not arrive. */
  lost: number
  /** Of another version. */
  foreign: number
  damaged: number
  /** Of nodes that had been declared dead. */
  fromDead: number
  snapshotsOut: number
  snapshotsIn: number
  claims: number
  claimsTaken: number
  /** How long all of them have waited for their answers, together. */
  claimMs: number
  /** Claims that were not decided in time, or too many at once. */
  claimsBusy: number
  /** How often this node was declared dead. */
  fenced: number
  /** People who lost their names to others of other nodes. */
  namesLost: number
}

export function noStats(): ClusterStats {
  return {
    batchesOut: 0,
    opsOut: 0,
    bytesOut: 0,
    batchesIn: 0,
    opsIn: 0,
    bytesIn: 0,
    gaps: 0,
    lost: 0,
    foreign: 0,
    damaged: 0,
    fromDead: 0,
    snapshotsOut: 0,
    snapshotsIn: 0,
    claims: 0,
    claimsTaken: 0,
    claimMs: 0,
    claimsBusy: 0,
    fenced: 0,
    namesLost: 0,
  }
}
