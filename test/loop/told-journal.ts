// A journal told in a few words: what a story does not name is plain. Task, account and instrument
// have index 0, the orders are task 0's, and both clocks go on together unless one is set.
import { NS_PER_S, qtyUnits, Side, US_PER_S } from '#core/units.ts'
import { readSegments } from '#journal/reader.ts'
import type { RecordBody, RecordName } from '#journal/record-layout.ts'
import { orderKey } from '#loop/forgetting.ts'
import { Past } from '#loop/past.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { WrittenJournal } from '../journal/written-journal.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

/** What the wall clock shows when a story begins. */
export const START_US = 1_000_000 * US_PER_S
/** What the monotonic clock shows when a life begins. */
export const LIFE_NS = 7 * NS_PER_S
export const DAY_S = 86_400
/** Longer than anything that has ended is kept for late news. */
export const LONG_S = 1_261

export const BTC: InstrumentFacts = { ...BTC_USDT, maxQtyUnits: qtyUnits(9_000) }
/** The same, listed with more decimals. */
export const FINER_BTC: InstrumentFacts = { ...BTC, priceScale: 3, qtyScale: 7 }

export const MAIN = { market: 'test_spot', name: 'main' }

const PLACE = { account: 0, instrument: 0 }
const TERMS = {
  priceUnits: 100,
  qtyUnits: 50,
  side: Side.Sell,
  type: 0,
  timeInForce: 0,
  reduceOnly: false,
}
const TRADE = {
  priceUnits: 100,
  qtyUnits: 10,
  venueTimeUs: 3,
  side: Side.Sell,
  isMaker: true,
  provisional: false,
  fee: '',
  feeAsset: '',
}
const ORDER_ROW = {
  task: 0,
  orderState: OrderState.Open,
  filledUnits: 10,
  cumQtyUnits: 10,
  createdWallUs: START_US,
  madeUs: START_US,
  touchedUs: START_US,
  isOfLastLife: false,
  venueOrderId: '',
  foreignId: '',
}
const FILL_ROW = { task: 0, tradeId: 't0', bookedUs: START_US, isOfLastLife: false }

/** The id of task 0's order of this number. */
export const idOf = (sequence: number, incarnation = 1) => ({
  clientIdHi: clientIdHi(1, incarnation, 0),
  clientIdLo: clientIdLo(0, sequence),
})
export const keyOf = (sequence: number, incarnation = 1): string =>
  orderKey(idOf(sequence, incarnation))

export class ToldJournal {
  nowNs = 0
  wallUs = START_US
  readonly #written = new WrittenJournal()

  /** A life with one account and one instrument; it has no task. */
  begin(incarnation: number, facts = BTC): this {
    this.nowNs = LIFE_NS
    this.#written.begin(incarnation, this.wallUs, this.nowNs)
    this.listing(facts)
    return this.add('account', { index: 0, exchange: 'test', ...MAIN })
  }

  /** The first life, with a task. */
  beginWithTask(): this {
    return this.begin(1).task(0)
  }

  listing(facts: InstrumentFacts, index = 0): this {
    return this.add('instrument', { index, facts: JSON.stringify(facts) })
  }

  task(task: number): this {
    return this.add('task_created', { task, id: `t${task}`, type: 'iceberg', parameters: '{}' })
  }

  add<N extends RecordName>(name: N, body: RecordBody<N>): this {
    this.#written.add(name, body, this.nowNs)
    return this
  }

  /** Both clocks go on. */
  pass(seconds: number): this {
    this.nowNs += seconds * NS_PER_S
    this.wallUs += seconds * US_PER_S
    return this
  }

  /** Somebody sets the wall clock. */
  setClock(seconds: number): this {
    this.wallUs += seconds * US_PER_S
    return this.stamp()
  }

  stamp(): this {
    return this.add('clock_stamp', { wallUs: this.wallUs })
  }

  /** Up to now every trade is known. */
  cursor(tradeId = '1', wallUs = this.wallUs): this {
    return this.add('listing_cursor', { wallUs, account: 0, instrument: 0, tradeId })
  }

  /** Sells 50 at 100. */
  order(sequence: number, more: Partial<RecordBody<'order_created'>> = {}): this {
    return this.add('order_created', { ...TERMS, ...PLACE, task: 0, ...idOf(sequence), ...more })
  }

  event(sequence: number, state: OrderState, more: Partial<RecordBody<'order_event'>> = {}): this {
    const news = { event: OrderEvent.Accept, stateAfter: state, reason: 0, venueOrderId: '' }
    const counts = { filledUnits: 0, cumQtyUnits: 0 }
    return this.add('order_event', { ...counts, ...idOf(sequence), ...news, ...more })
  }

  /** Sells 10 at 100. */
  fill(sequence: number, tradeId: string, more: Partial<RecordBody<'fill'>> = {}): this {
    return this.add('fill', { ...TRADE, ...PLACE, ...idOf(sequence), tradeId, ...more })
  }

  /** An order that was filled by one trade, `t0` for order 0, and is over. */
  filled(sequence: number): this {
    const counts = { filledUnits: 10, cumQtyUnits: 10, event: OrderEvent.FillLast }
    return this.order(sequence, { qtyUnits: 10 })
      .fill(sequence, `t${sequence}`)
      .event(sequence, OrderState.Filled, counts)
  }

  /** Order 0 as a snapshot tells it: open, 10 of it filled. */
  orderRow(more: Partial<RecordBody<'order_row'>>): this {
    return this.add('order_row', { ...ORDER_ROW, ...TERMS, ...PLACE, ...idOf(0), ...more })
  }

  /** Its fill. */
  fillRow(more: Partial<RecordBody<'fill_row'>>): this {
    return this.add('fill_row', { ...FILL_ROW, ...TRADE, ...PLACE, ...idOf(0), ...more })
  }

  past(): Past {
    this.#written.flush()
    return new Past(readSegments(this.#written.disk.files()))
  }
}
