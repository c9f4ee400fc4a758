// The life of one WebSocket session: a table, so that every race of dial, handshake, close frame
// and lost link has an answer that can be read.
import { TransitionTable } from '#core/transitions.ts'

export const SessionState = {
  Idle: 0,
  Dialing: 1,
  Handshaking: 2,
  Open: 3,
  Closing: 4,
  Closed: 5,
} as const
export type SessionState = (typeof SessionState)[keyof typeof SessionState]

export const SessionEvent = {
  Connect: 0,
  LinkOpened: 1,
  Upgraded: 2,
  /** We, the peer or a breach: the end has begun, for whatever reason. */
  End: 3,
  LinkClosed: 4,
} as const

const S = SessionState
const E = SessionEvent

export const sessionTransitions = new TransitionTable(
  'websocket session',
  SessionState,
  SessionEvent,
  [
    [S.Idle, E.Connect, S.Dialing],
    [S.Dialing, E.LinkOpened, S.Handshaking],
    [S.Dialing, E.End, S.Closing],
    [S.Dialing, E.LinkClosed, S.Closed], // refused
    [S.Handshaking, E.Upgraded, S.Open],
    [S.Handshaking, E.End, S.Closing], // no 101, or too late
    [S.Handshaking, E.LinkClosed, S.Closed],
    [S.Open, E.End, S.Closing],
    [S.Open, E.LinkClosed, S.Closed], // lost without a close frame
    [S.Closing, E.LinkClosed, S.Closed],
  ],
)
