// How far a book's depth can be trusted. Age is no state: it is computed from the last proof of
// life when somebody asks, so that nothing has to fire when a stream falls silent.
import { TransitionTable } from '#core/transitions.ts'

export const BookState = {
  /** No snapshot yet: there is no depth. */
  Syncing: 0,
  /** Every change since the snapshot has been applied. */
  Live: 1,
  /** A change is missing: the old depth stays readable, and nothing may trade on it. */
  Stale: 2,
} as const
export type BookState = (typeof BookState)[keyof typeof BookState]
export const BOOK_STATE_NAMES = ['syncing', 'live', 'stale'] as const

export const BookEvent = {
  /** A snapshot and the diffs after it fit together. */
  Bridged: 0,
  /** A diff is missing, or the result cannot be right (crossed, no numbers). */
  Gap: 1,
  /** The connection was lost. */
  FeedLost: 2,
} as const
export type BookEvent = (typeof BookEvent)[keyof typeof BookEvent]

const S = BookState
const E = BookEvent

export const bookTransitions = new TransitionTable('book', S, E, [
  // from        event       to           why
  [S.Syncing, E.Bridged, S.Live],
  [S.Syncing, E.Gap, S.Syncing], //       among the buffered diffs, before there was depth
  [S.Syncing, E.FeedLost, S.Syncing],
  [S.Live, E.Gap, S.Stale],
  [S.Live, E.FeedLost, S.Stale],
  [S.Stale, E.Bridged, S.Live],
  [S.Stale, E.Gap, S.Stale], //           a second hole while the first is mended
  [S.Stale, E.FeedLost, S.Stale],
])
