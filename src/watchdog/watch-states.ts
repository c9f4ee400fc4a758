// The life of a watchdog as a table: it watches an engine, and takes its orders back when the
// engine has fallen silent or is gone without a goodbye.
import { TransitionTable } from '#core/transitions.ts'

export const WatchState = { Watching: 0, Sweeping: 1, Ended: 2 } as const
export type WatchState = (typeof WatchState)[keyof typeof WatchState]

export const WatchEvent = {
  /** The end of a turn: the engine is well. */
  Beat: 0,
  /** No beat for the configured time. */
  Silence: 1,
  /** The engine's end of the pipe is gone, and it had not said goodbye. */
  Closed: 2,
  /** The engine ends with nothing open. */
  Goodbye: 3,
  /** Another watchdog has come for a later engine: what is left is that engine's. */
  Successor: 4,
  /** Every account is proved to be clear. */
  Confirmed: 5,
  /** It has been trying for so long that only a person can help. */
  GaveUp: 6,
} as const
export type WatchEvent = (typeof WatchEvent)[keyof typeof WatchEvent]

const S = WatchState
const E = WatchEvent

export const watchTransitions = new TransitionTable('watchdog', S, E, [
  [S.Watching, E.Beat, S.Watching],
  [S.Watching, E.Silence, S.Sweeping],
  [S.Watching, E.Closed, S.Sweeping],
  [S.Watching, E.Goodbye, S.Ended],
  [S.Watching, E.Successor, S.Ended],
  [S.Sweeping, E.Beat, S.Watching], //       it was only held up: it looks after its orders again
  [S.Sweeping, E.Closed, S.Sweeping],
  [S.Sweeping, E.Goodbye, S.Ended],
  [S.Sweeping, E.Successor, S.Ended],
  [S.Sweeping, E.Confirmed, S.Ended],
  [S.Sweeping, E.GaveUp, S.Ended],
])
