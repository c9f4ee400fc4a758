// What wire to wire and its venue process have to agree about.
import type { LoadDone } from './load-messages.ts'
import type { Reactions } from './tick-matching.ts'

/** From the ask to the order: wider than the market's walk, so that the order never trades. */
export const OFFSET_TICKS = 200

export interface WireDone extends LoadDone {
  readonly reactions: Reactions
}
