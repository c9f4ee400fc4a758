// Where a book's synchronisation stands, as a table. What the book may be used for is
// book-state.ts; this is only how the next snapshot is come by.
import { TransitionTable } from '#core/transitions.ts'

export const SyncPhase = {
  /** Nothing is held: a snapshot now could leave a hole before the first diff. */
  AwaitDiff: 0,
  /** A snapshot was asked for; diffs are collected. */
  Requested: 1,
  /** The last request is too recent for another; diffs are collected. */
  Backoff: 2,
  /** Diffs are applied as they come. */
  Live: 3,
} as const
export type SyncPhase = (typeof SyncPhase)[keyof typeof SyncPhase]

export const SyncEvent = {
  /** A snapshot is asked for now. */
  Request: 0,
  /** One is needed, but not yet. */
  Defer: 1,
  /** A snapshot and the held diffs fit together. */
  Join: 2,
  /** Nothing held is worth keeping. */
  Restart: 3,
} as const
export type SyncEvent = (typeof SyncEvent)[keyof typeof SyncEvent]

const S = SyncPhase
const E = SyncEvent

export const syncTransitions = new TransitionTable('book sync', S, E, [
  // from          event      to             why
  [S.AwaitDiff, E.Request, S.Requested], //  the first diff is held
  [S.AwaitDiff, E.Defer, S.Backoff],
  [S.AwaitDiff, E.Restart, S.AwaitDiff], //  the feed was lost before it said anything
  [S.Requested, E.Request, S.Requested], //  the answer was too old, or never came
  [S.Requested, E.Defer, S.Backoff],
  [S.Requested, E.Join, S.Live],
  [S.Requested, E.Restart, S.AwaitDiff],
  [S.Backoff, E.Request, S.Requested],
  [S.Backoff, E.Defer, S.Backoff], //        a late answer was too old as well
  [S.Backoff, E.Join, S.Live], //            a late answer to an earlier request fits after all
  [S.Backoff, E.Restart, S.AwaitDiff],
  [S.Live, E.Request, S.Requested], //       gap
  [S.Live, E.Defer, S.Backoff], //           gap soon after the last snapshot
  [S.Live, E.Restart, S.AwaitDiff], //       feed lost, or the book came out crossed
])
