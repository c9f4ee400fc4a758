// Everything that can go wrong in an exploration, by name: what a series of seeds must have seen
// before anybody may call it thorough. A kind is counted where it took effect, not where it was
// drawn: a listing that lacks a row counts, one that had none to lack does not.

/** [name, key under which it is counted, what happened]. */
export const FAULT_KINDS: readonly (readonly [name: string, key: string, words: string])[] = [
  ['ack late', 'ack delay', 'an order request was answered late'],
  ['ack lost', 'ack drop', 'it was carried out and never answered'],
  ['ack duplicated', 'ack duplicate', 'it was answered twice'],
  ['ack reordered', 'ack overtaken', 'a later answer came first'],
  ['ack cut off', 'ack disconnect', 'the connection ended instead of an answer'],
  ['5xx but accepted', 'ack error_5xx_but_accepted', 'carried out, and answered 504'],
  ['refused but accepted', 'ack false_refusal', 'carried out, and answered that it was refused'],
  ['request late', 'request delay', 'a request was a long time on its way'],
  ['request lost', 'request drop', 'a request never arrived'],
  ['fill before its ack', 'fill before ack', 'the stream told of a fill before the answer'],
  ['fill after its cancel', 'fill after cancel', "a fill was told after the cancel's answer"],
  ['fill twice', 'fill duplicate', 'the stream told the same fill again'],
  ['fill late', 'fill delay', 'the stream told of a fill late'],
  ['sequence gap', 'depth drop', 'a depth event was skipped'],
  ['stale snapshot', 'snapshot stale', 'a depth snapshot from the past'],
  ['listing partial', 'listing partial', 'open orders without some of them'],
  ['listing empty', 'listing empty', 'open orders without any of them'],
  ['listing behind', 'listing behind', 'a listing that does not know the last second yet'],
  ['silent socket', 'incident silence', 'market streams said nothing'],
  ['half-open link', 'incident half_open', 'links stood and carried nothing'],
  ['disconnect', 'incident disconnect', 'every connection was dropped'],
  ['dials refused', 'incident venue_down', 'nobody listened'],
  ['venue restart', 'incident venue_restart', 'it died and came back from its ledger'],
  ['maintenance', 'incident maintenance', 'REST answered 503'],
  ['halt', 'incident halt', 'the symbol stopped trading'],
  ['slow venue', 'incident slow_venue', 'every request took longer'],
  ['shutdown notice', 'incident shutdown_notice', 'the venue said that it would go down'],
  ['rate limited', 'incident rate_limited', 'every request was answered 429 with Retry-After'],
  ['banned', 'incident banned', 'every request was answered 418'],
  ['venue clock ahead', 'incident venue_ahead', "the venue's clock was set forward"],
  ['venue clock behind', 'incident venue_behind', "the venue's clock was set back"],
  ['wall clock ahead', 'incident wall_ahead', "the engine's wall clock was set forward"],
  ['wall clock behind', 'incident wall_behind', "the engine's wall clock was set back"],
  ['clock ahead while down', 'set ahead while down', 'the same between two lives'],
  ['clock behind while down', 'set behind while down', 'the same between two lives'],
  ['disk full', 'disk refusal', 'a write of the journal failed for want of space'],
  ['disk stuck', 'incident disk_stuck', 'neither write nor sync came back for a while'],
  ['death', 'death', 'the engine died at a record'],
  ['tail lost', 'tail lost', 'the journal lost what it had not synced'],
  ['tail torn', 'tail torn', 'its last record was cut in the middle'],
  ['journal snapshot', 'journal snapshot', 'a start put a snapshot in the place of segments'],
  ['start cut off', 'start cut', 'the power went while a start worked on the disk'],
  ['orderly stop', 'orderly stop', 'the engine was stopped and started again'],
  ['cancelled by hand', 'cancelled by hand', 'an order of ours was taken back at the venue'],
  ['kill switch', 'kill switch', 'everything was taken back until a person released it'],
  ['strangers', 'stranger', "somebody else's order on a shared account or another"],
]

export type Counts = Record<string, number>

/** How often each kind happened, in the table's order. */
export const faultTimes = (counts: Readonly<Counts>): (readonly [string, number])[] =>
  FAULT_KINDS.map(([name, key]) => [name, counts[key] ?? 0])

export function addCounts(sums: Counts, more: Readonly<Counts>): void {
  for (const [name, times] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + times
}
