// Venue events as one line of text each, the way a trader would note them.
import { textFromUnits } from '#core/decimal.ts'
import { SIDE_NAMES } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { REJECT_REASON_NAMES } from '#order/order-codes.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import {
  Terminal,
  VENUE_EVENT_KIND_NAMES,
  VenueEventKind,
  type VenueEvent,
} from '#order/venue-event.ts'

const K = VenueEventKind
const TERMINAL_NAMES = Object.keys(Terminal)

/** Takes everything from the queue. */
export function takeLines(queue: VenueEventQueue, instruments: InstrumentTable): string[] {
  const lines: string[] = []
  for (let event = queue.take(); event !== null; event = queue.take()) {
    lines.push(lineOf(event, instruments))
  }
  return lines
}

function lineOf(event: VenueEvent, instruments: InstrumentTable): string {
  const words = [VENUE_EVENT_KIND_NAMES[event.kind]!]
  if (event.kind === K.SessionUp || event.kind === K.SessionDown) return words.join(' ')
  if (event.kind === K.Balance) {
    return [...words, event.asset, `free ${event.free} locked ${event.locked}`].join(' ')
  }
  if (event.kind === K.ListingEnd) {
    return [...words, event.token, event.complete ? 'complete' : 'incomplete'].join(' ')
  }
  const facts = instruments.at(event.instrument)
  const qty = (units: number): string => textFromUnits(units, facts.qtyScale)
  const isOurs = event.clientIdHi !== 0 || event.clientIdLo !== 0
  words.push(isOurs ? clientIdText(event.clientIdHi, event.clientIdLo) : '-')
  if (event.venueOrderId !== '') words.push(`#${event.venueOrderId}`)
  const hasTerms =
    event.kind === K.Fill || event.kind === K.ReportedOpen || event.kind === K.ReportedDone
  if (hasTerms) {
    const price = textFromUnits(event.priceUnits, facts.priceScale)
    words.push(`${SIDE_NAMES[event.side]} ${qty(event.qtyUnits)}@${price}`)
  }
  if (event.kind === K.Fill) {
    words.push(`t${event.tradeId} ${event.isMaker ? 'maker' : 'taker'}`)
    words.push(`fee ${event.fee} ${event.feeAsset}`)
  }
  if (event.kind === K.ReportedDone) words.push(TERMINAL_NAMES[event.terminal]!)
  if (event.cumQtyUnits >= 0) words.push(`cum ${qty(event.cumQtyUnits)}`)
  if (event.reason !== 0) words.push(REJECT_REASON_NAMES[event.reason])
  if (event.venueCode !== 0) words.push(`(${event.venueCode} ${event.venueText})`)
  return words.join(' ')
}
