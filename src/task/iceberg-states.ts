// The iceberg's life as a table: what a trader agrees to. Nothing outside it ever happens.
import { TransitionTable } from '#core/transitions.ts'

export const IcebergState = {
  NotStarted: 0,
  Idle: 1,
  Executing: 2,
  Pausing: 3,
  Paused: 4,
  Cancelling: 5,
  Error: 6,
  Completed: 7,
  Cancelled: 8,
} as const
export type IcebergState = (typeof IcebergState)[keyof typeof IcebergState]

export const ICEBERG_STATE_NAMES = [
  'NOT_STARTED',
  'IDLE',
  'EXECUTING',
  'PAUSING',
  'PAUSED',
  'CANCELLING',
  'ERROR',
  'COMPLETED',
  'CANCELLED',
] as const

export const IcebergEvent = {
  Start: 0,
  /** The account is READY and the book has been LIVE. */
  Ready: 1,
  Pause: 2,
  Resume: 3,
  Cancel: 4,
  Recover: 5,
  /** No order of the task is open, pending or unknown. */
  Settled: 6,
  /** Nothing sendable remains and nothing is live. */
  TotalFilled: 7,
  /** Five definite rejections in a row, or a refusal that does not pass. */
  Fault: 8,
} as const
export type IcebergEvent = (typeof IcebergEvent)[keyof typeof IcebergEvent]

const S = IcebergState
const E = IcebergEvent

export const icebergTransitions = new TransitionTable('iceberg', S, E, [
  // from            event          to               why
  [S.NotStarted, E.Start, S.Idle],
  [S.NotStarted, E.Cancel, S.Cancelling],

  [S.Idle, E.Ready, S.Executing], //                 account reconciled, book live
  [S.Idle, E.Cancel, S.Cancelling],

  [S.Executing, E.Pause, S.Pausing], //              the working order is taken back first
  [S.Executing, E.Cancel, S.Cancelling],
  [S.Executing, E.TotalFilled, S.Completed],
  [S.Executing, E.Fault, S.Error],

  [S.Pausing, E.Settled, S.Paused],
  [S.Pausing, E.TotalFilled, S.Completed], //        the last fill won the race against the pause
  [S.Pausing, E.Cancel, S.Cancelling],

  [S.Paused, E.Resume, S.Executing],
  [S.Paused, E.TotalFilled, S.Completed], //         a late fill completes
  [S.Paused, E.Cancel, S.Cancelling],

  [S.Error, E.Recover, S.Idle],
  [S.Error, E.Cancel, S.Cancelling],

  [S.Cancelling, E.Settled, S.Cancelled],
  [S.Cancelling, E.TotalFilled, S.Completed],
])

export const isIcebergDone = (state: IcebergState): boolean => state >= S.Completed
