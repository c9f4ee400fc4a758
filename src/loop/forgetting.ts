// What a start may forget: orders that were settled long ago. Their fills stay as exact sums, their
// trade ids go. Long ago is longer than any engine keeps their rows and any listing reaches back,
// so nothing can name them again.
//
// Whether an order is forgotten depends on its own records and the time alone, never on when
// somebody looked. So a journal that was replaced by a snapshot, even twice, says the same.
import { D } from '#core/decimal.ts'
import { NS_PER_US, priceUnits, qtyUnits, Side, sideSign, US_PER_S } from '#core/units.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import { FillLedger, type FillTotals } from '#order/fill-ledger.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { isTerminal } from '#order/order-state.ts'
import type { Moment, PastAccount, PastCursor, PastFill, PastOrder } from './past-facts.ts'
import { RETENTION_NS } from './retention.ts'

/** An engine keeps a row for its retention, and once more when it started again meanwhile. */
const KEEP_US = (2 * RETENTION_NS) / NS_PER_US + 60 * US_PER_S
/** A listing for an order begins before the order: clocks disagree. */
const LISTING_MARGIN_US = 60 * US_PER_S
/** Cursors are in the venue's time, from which our own clock may be this far off. */
const CURSOR_MARGIN_US = 2 * 3_600 * US_PER_S

export interface PastTotals extends FillTotals {
  /** In whose scales the sums are. */
  readonly instrument: InstrumentFacts
}

export interface PastPosition {
  readonly account: PastAccount
  readonly instrument: InstrumentFacts
  readonly netUnits: number
}

/** By either clock: the wall clock may have been set, the monotonic one begins with each life. */
export function isRecent(then: Moment, now: Moment): boolean {
  if (now.latestUs - then.latestUs <= KEEP_US) return true
  return then.life === now.life && now.nowNs - then.nowNs <= KEEP_US * NS_PER_US
}

/** It may still trade, owes fills, or was heard of lately. What is not stays so for ever. */
export function matters(order: PastOrder, now: Moment): boolean {
  return !hasEnded(order) || isRecent(order.touched, now)
}

/** Nothing more can come of it that the venue has announced. */
export function hasEnded(order: PastOrder): boolean {
  return isTerminal(order.state) && order.cumQtyUnits <= order.filledUnits
}

/**
 * Keys of the orders to be forgotten: neither do they matter, nor would a listing show them, be it
 * one since the making of an order that does, or one since the cursor, which stands still while
 * nobody can ask the venue.
 */
export function ordersToForget(
  orders: ReadonlyMap<string, PastOrder>,
  cursors: ReadonlyMap<string, PastCursor>,
  now: Moment,
): string[] {
  const stale = [...orders].filter(([, order]) => !matters(order, now))
  if (stale.length === 0) return []
  const sinceUs = new Map<string, number>()
  for (const [scope, { wallUs }] of cursors) sinceUs.set(scope, wallUs - CURSOR_MARGIN_US)
  for (const order of orders.values()) {
    if (!matters(order, now)) continue
    const scope = scopeOf(order)
    sinceUs.set(scope, Math.min(sinceUs.get(scope) ?? Infinity, order.madeUs))
  }
  const isListed = (order: PastOrder): boolean =>
    order.madeUs >= (sinceUs.get(scopeOf(order)) ?? Infinity) - LISTING_MARGIN_US
  return stale.filter(([, order]) => !isListed(order)).map(([key]) => key)
}

/** What `ordersToForget` says of one, or of one that it has said it of before. */
export function isForgettable(
  key: string,
  orders: ReadonlyMap<string, PastOrder>,
  cursors: ReadonlyMap<string, PastCursor>,
  now: Moment,
): boolean {
  const order = orders.get(key)
  if (order === undefined) return true
  const sinceUs = (cursors.get(scopeOf(order))?.wallUs ?? Infinity) - CURSOR_MARGIN_US
  // The usual reason, and the others take a look at every order.
  if (order.madeUs >= sinceUs || matters(order, now)) return false
  return ordersToForget(orders, cursors, now).includes(key)
}

/** One account on one instrument, whatever their indexes are. */
export function scopeOf(of: {
  readonly account: PastAccount
  readonly instrument: InstrumentFacts
}): string {
  return `${of.account.market} ${of.account.name} ${of.instrument.symbol}`
}

/** Σ over the fills of forgotten orders. */
export class ForgottenSums {
  /** By task. */
  readonly totals = new Map<number, PastTotals>()
  /** By account and instrument. */
  readonly positions = new Map<string, PastPosition>()
  /** By symbol: the newest listing whose scales hold every older figure. */
  readonly #facts = new Map<string, InstrumentFacts>()

  /** A listing; later sums are in its scales. */
  learn(facts: InstrumentFacts): void {
    const known = this.#facts.get(symbolKey(facts))
    if (known === undefined || holds(facts, known)) this.#facts.set(symbolKey(facts), facts)
  }

  addTotals(task: number, totals: PastTotals): void {
    const facts = this.#factsOf(totals.instrument)
    const before = this.totals.get(task)
    const more = rescaledTotals(totals, facts)
    const sum = before === undefined ? more : summed(rescaledTotals(before, facts), more)
    this.totals.set(task, sum)
  }

  addPosition(position: PastPosition): void {
    const scope = scopeOf(position)
    const facts = this.#factsOf(position.instrument)
    const before = this.positions.get(scope)
    const more = rescaledPosition(position, facts)
    const beforeUnits = before === undefined ? 0 : rescaledPosition(before, facts).netUnits
    this.positions.set(scope, { ...more, netUnits: beforeUnits + more.netUnits })
  }

  /** Fills of one order, in the journal's order: they add up as the ledger adds them up. */
  addFills(fills: readonly PastFill[]): void {
    const ledger = new FillLedger()
    for (const past of fills) ledger.book(ledgerFill(past, this.#factsOf(past.instrument)))
    const one = fills[0]
    if (one === undefined) return
    const { fill, account } = one
    const instrument = this.#factsOf(one.instrument)
    for (const task of new Set(fills.map((past) => past.task))) {
      if (task !== ORPHAN_TASK) this.addTotals(task, { ...ledger.totals(task), instrument })
    }
    const qty = ledger.qtyOfOrder(fill.clientIdHi, fill.clientIdLo)
    this.addPosition({ account, instrument, netUnits: sideSign(sideOf(fill.side)) * qty })
  }

  /** Brings every sum to the newest scales. */
  rescale(): void {
    for (const [task, totals] of this.totals) {
      this.totals.set(task, rescaledTotals(totals, this.#factsOf(totals.instrument)))
    }
    for (const [scope, position] of this.positions) {
      const facts = this.#factsOf(position.instrument)
      this.positions.set(scope, rescaledPosition(position, facts))
    }
  }

  #factsOf(facts: InstrumentFacts): InstrumentFacts {
    return this.#facts.get(symbolKey(facts)) ?? facts
  }
}

export const orderKey = (id: {
  readonly clientIdHi: number
  readonly clientIdLo: number
}): string => `${id.clientIdHi}:${id.clientIdLo}`

/** From the JSON of feesText. */
export function feesOf(json: string): Map<string, D> | null {
  const texts: Record<string, string> = JSON.parse(json)
  const fees = Object.entries(texts)
  return fees.length === 0 ? null : new Map(fees.map(([asset, fee]) => [asset, new D(fee)]))
}

const sideOf = (side: number): Side => (side === Side.Buy ? Side.Buy : Side.Sell)

const symbolKey = (facts: InstrumentFacts): string => `${facts.market} ${facts.symbol}`

function holds(facts: InstrumentFacts, older: InstrumentFacts): boolean {
  return facts.priceScale >= older.priceScale && facts.qtyScale >= older.qtyScale
}

function ledgerFill(
  { fill, instrument, task }: PastFill,
  facts: InstrumentFacts,
): Parameters<FillLedger['book']>[0] {
  const by = scaleFactors(instrument, facts)
  return {
    order: -1,
    clientIdHi: fill.clientIdHi,
    clientIdLo: fill.clientIdLo,
    task,
    account: 0,
    instrument: 0,
    side: sideOf(fill.side),
    priceUnits: priceUnits(fill.priceUnits * by.price),
    qtyUnits: qtyUnits(fill.qtyUnits * by.qty),
    tradeId: fill.tradeId,
    fee: fill.fee,
    feeAsset: fill.feeAsset,
    isMaker: fill.isMaker,
    venueTimeUs: fill.venueTimeUs,
  }
}

function summed(a: PastTotals, b: PastTotals): PastTotals {
  const fees = new Map(a.feeByAsset)
  for (const [asset, fee] of b.feeByAsset ?? []) {
    fees.set(asset, (fees.get(asset) ?? new D(0)).add(fee))
  }
  return {
    instrument: b.instrument,
    qtyUnits: a.qtyUnits + b.qtyUnits,
    notionalUnits: a.notionalUnits + b.notionalUnits,
    count: a.count + b.count,
    feeByAsset: fees.size === 0 ? null : fees,
  }
}

function rescaledTotals(totals: PastTotals, instrument: InstrumentFacts): PastTotals {
  const by = scaleFactors(totals.instrument, instrument)
  const notionalUnits = totals.notionalUnits * BigInt(by.price) * BigInt(by.qty)
  return { ...totals, instrument, qtyUnits: totals.qtyUnits * by.qty, notionalUnits }
}

function rescaledPosition(position: PastPosition, instrument: InstrumentFacts): PastPosition {
  const by = scaleFactors(position.instrument, instrument)
  return { ...position, instrument, netUnits: position.netUnits * by.qty }
}

/** Both are whole: `learn` takes no listing that holds less than an older one. */
function scaleFactors(
  before: InstrumentFacts,
  after: InstrumentFacts,
): { readonly price: number; readonly qty: number } {
  return {
    price: 10 ** (after.priceScale - before.priceScale),
    qty: 10 ** (after.qtyScale - before.qtyScale),
  }
}
