// The life of a byte link, the same for sockets and for memory.
import { NS_PER_S } from '#core/units.ts'
import { TransitionTable } from '#core/transitions.ts'

export const LinkState = { Dialing: 0, Open: 1, Ending: 2, Closed: 3 } as const
export type LinkState = (typeof LinkState)[keyof typeof LinkState]

export const LinkEvent = { Opened: 0, WeEnd: 1, Gone: 2 } as const

const S = LinkState
const E = LinkEvent

export const linkTransitions = new TransitionTable('byte link', LinkState, LinkEvent, [
  [S.Dialing, E.Opened, S.Open],
  [S.Dialing, E.WeEnd, S.Ending],
  [S.Dialing, E.Gone, S.Closed],
  [S.Open, E.WeEnd, S.Ending],
  [S.Open, E.Gone, S.Closed],
  [S.Ending, E.WeEnd, S.Ending], // asked twice, or dropped after a polite end
  [S.Ending, E.Gone, S.Closed],
])

/** A peer that does not answer our end of the stream within this is dropped. */
export const LINK_END_NS = NS_PER_S
/** Bytes that may wait for a peer that does not read; beyond it a send is refused as Full. */
export const LINK_PENDING_BYTES_MAX = 4 << 20
