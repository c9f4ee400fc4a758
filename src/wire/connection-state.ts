// The life of one venue connection, its replacement included. "Candidate" is the session that is
// on its way up; "current" the one that is live.
import { TransitionTable } from '#core/transitions.ts'

export const LifeState = {
  Stopped: 0,
  Down: 1,
  Connecting: 2,
  Readying: 3,
  Live: 4,
  Replacing: 5,
  ReplacementReadying: 6,
} as const
export type LifeState = (typeof LifeState)[keyof typeof LifeState]

export const LifeEvent = {
  Start: 0,
  RetryDue: 1,
  /** The candidate's socket opened: logon and subscriptions begin. */
  CandidateOpened: 2,
  CandidateReady: 3,
  /** Refused, timed out, or lost before it was ready. */
  CandidateLost: 4,
  CurrentLost: 5,
  RotationDue: 6,
  Stop: 7,
} as const

const S = LifeState
const E = LifeEvent

export const lifeTransitions = new TransitionTable('venue connection', LifeState, LifeEvent, [
  [S.Stopped, E.Start, S.Connecting],
  [S.Down, E.RetryDue, S.Connecting],
  [S.Down, E.Stop, S.Stopped],
  [S.Connecting, E.CandidateOpened, S.Readying],
  [S.Connecting, E.CandidateLost, S.Down],
  [S.Connecting, E.Stop, S.Stopped],
  [S.Readying, E.CandidateReady, S.Live],
  [S.Readying, E.CandidateLost, S.Down],
  [S.Readying, E.Stop, S.Stopped],
  [S.Live, E.RotationDue, S.Replacing],
  [S.Live, E.CurrentLost, S.Down],
  [S.Live, E.Stop, S.Stopped],
  [S.Replacing, E.CandidateOpened, S.ReplacementReadying],
  [S.Replacing, E.CandidateLost, S.Live], // the old one still serves; rotate again later
  [S.Replacing, E.CurrentLost, S.Connecting], // the candidate is now all there is
  [S.Replacing, E.Stop, S.Stopped],
  [S.ReplacementReadying, E.CandidateReady, S.Live], // make before break
  [S.ReplacementReadying, E.CandidateLost, S.Live],
  [S.ReplacementReadying, E.CurrentLost, S.Readying],
  [S.ReplacementReadying, E.Stop, S.Stopped],
])
