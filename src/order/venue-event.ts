// What a venue says about an account, decoded: one record kind for gateway replies, private
// streams, queries and listings alike, so that everything is drained in the order it was said.
import { Side } from '#core/units.ts'
import type { RejectReason } from './order-codes.ts'

export const VenueEventKind = {
  /** Place accepted. */
  Accepted: 0,
  /** Place definitely refused (`reason`): only codes on the venue's allow-list. */
  Rejected: 1,
  /** A place got no deciding answer: timeout, 5xx, lost socket, "status unknown" codes. */
  PlaceUnknown: 2,
  /** One execution. */
  Fill: 3,
  /** Terminal, by cancel. `cumQty` is final. */
  Cancelled: 4,
  /** Terminal, by the venue (IOC rest, self-trade prevention, maintenance). `cumQty` is final. */
  Expired: 5,
  /** A cancel was definitely refused (`reason`; UnknownOrder means: query). */
  CancelRejected: 6,
  /** A cancel got no deciding answer. */
  CancelUnknown: 7,
  /** A row of a query or listing: the order is open with `cumQty` filled. */
  ReportedOpen: 8,
  /** A row of a query or listing: the order is terminal; `terminal` says how. */
  ReportedDone: 9,
  /** A query said the venue does not know the client order id. */
  NotFound: 10,
  /** A query or listing ended; `token` names it, `complete` whether its rows prove coverage. */
  ListingEnd: 11,
  /** Balance of `asset`: absolute `free` and `locked`, as of `venueTimeUs` where that is said. */
  Balance: 12,
  /** Private stream and order entry are up: events flow, nothing is reconciled yet. */
  SessionUp: 13,
  /** Order entry or private stream was lost: events may be missing from now on. */
  SessionDown: 14,
  /** An amend was carried out: `price` and `qty` are the order's from now on. */
  Amended: 15,
  /** An amend was definitely refused; `qty` > 0 where the answer tells what the order is now. */
  AmendRejected: 16,
  /** An amend got no deciding answer. */
  AmendUnknown: 17,
} as const
export type VenueEventKind = (typeof VenueEventKind)[keyof typeof VenueEventKind]
export const VENUE_EVENT_KIND_NAMES = Object.keys(VenueEventKind)

export const Terminal = { Filled: 0, Cancelled: 1, Expired: 2, Rejected: 3 } as const
export type Terminal = (typeof Terminal)[keyof typeof Terminal]

/** One slot of the queue; fields that a kind does not name are stale and must not be read. */
export class VenueEvent {
  kind: VenueEventKind = VenueEventKind.Accepted
  /** Index of the account the event belongs to. */
  account = 0
  /** Instrument index, −1 where the event names none. */
  instrument = -1
  /** Our client order id; 0/0 for an order that is not ours (never acted upon). */
  clientIdHi = 0
  clientIdLo = 0
  /** The venue's order id as text, '' where not said. */
  venueOrderId = ''
  side: Side = Side.Buy
  priceUnits = 0
  qtyUnits = 0
  /** Cumulative filled quantity by the venue's count; −1 where not said. */
  cumQtyUnits = -1
  /** Σ price × qty of all its fills by the venue's count; −1 where not said. */
  cumNotionalUnits = -1
  /** Venue's id of the execution, unique within (venue, account, symbol). */
  tradeId = ''
  /** Fee of this fill as exact decimal text, positive = paid; '' where not said. */
  fee = ''
  feeAsset = ''
  isMaker = false
  reason: RejectReason = 0
  /** The venue's own code and words, for people. */
  venueCode = 0
  venueText = ''
  terminal: Terminal = Terminal.Filled
  token = 0
  complete = false
  asset = ''
  free = ''
  locked = ''
  venueTimeUs = 0
  receivedNs = 0
}
