// How far a venue's clock is from this machine's, as the account's session has measured it.
import type { Clock } from '#core/clock.ts'
import { NS_PER_US, US_PER_S } from '#core/units.ts'
import type { VenueAccount } from '#venue/venue.ts'

/** Beyond this a venue refuses requests, or our stamps mislead whoever reads the journal. */
export const CLOCK_DIFFERENCE_MAX_US = US_PER_S

/** Positive where the venue is ahead; NaN before the first measurement. */
export function venueAheadUs(account: VenueAccount, clock: Clock): number {
  return account.venueOffsetUs - (clock.wallUs() - clock.nowNs() / NS_PER_US)
}
