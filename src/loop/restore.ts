// Puts what the journal remembers back into the tables, before anything connects. Orders that may
// still live come back as Unknown: only their venue can say what became of them meanwhile.
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_US, priceUnits, qtyUnits, type MonoNs, type Side } from '#core/units.ts'
import type { Instrument, InstrumentFacts, InstrumentTable } from '#market/instrument.ts'
import type { FillLedger } from '#order/fill-ledger.ts'
import { isSettled, type LiveOrders } from '#order/live-orders.ts'
import type { OrderType, TimeInForce } from '#order/order-codes.ts'
import { isTerminal, OrderEvent } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import { hasEnded, type ForgottenSums } from './forgetting.ts'
import type { PastFill, PastOrder } from './past-facts.ts'
import type { Past } from './past.ts'
import { CROWDED_FRACTION, RETENTION_NS, type Retention } from './retention.ts'
import type { VenueRoster } from './venue-roster.ts'

export interface RestoreTables {
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly fills: FillLedger
  readonly positions: PositionLedger
  readonly truth: OrderTruth
  readonly retention: Retention
}

export interface RestoreTarget extends RestoreTables {
  readonly roster: VenueRoster
}

/** @throws EngineError naming what the configuration lacks for orders that may still live. */
export function restorePast(
  past: Past,
  target: RestoreTarget,
  nowNs: MonoNs,
  wallUs: number,
): void {
  restoreSums(past.forgotten, target)
  for (const fill of past.fills) restoreFill(fill, target)
  for (const order of past.orders.values()) {
    if (!hasEnded(order)) restoreOrder(order, target, nowNs, wallUs)
  }
  restoreSettled(past, target, nowNs, wallUs)
}

/** The latest first, while there is room: they are kept for late news only. */
function restoreSettled(past: Past, target: RestoreTarget, nowNs: MonoNs, wallUs: number): void {
  const { orders } = target
  const recent = [...past.orders.values()].filter(
    (order) => hasEnded(order) && wallUs - order.touched.latestUs <= RETENTION_NS / NS_PER_US,
  )
  const room = Math.floor(orders.capacity * CROWDED_FRACTION) - orders.count
  for (const order of recent.slice(Math.max(0, recent.length - Math.max(0, room)))) {
    restoreOrder(order, target, nowNs, wallUs)
  }
}

function restoreSums({ totals, positions }: ForgottenSums, target: RestoreTarget): void {
  for (const [task, sums] of totals) {
    const instrument = target.instruments.find(sums.instrument.market, sums.instrument.symbol)
    if (instrument === undefined) continue
    const rescale = scaleChange(sums.instrument, instrument)
    const notionalUnits = sums.notionalUnits * BigInt(rescale.price) * BigInt(rescale.qty)
    const qtyUnits = sums.qtyUnits * rescale.qty
    target.fills.addTotals(task, { ...sums, qtyUnits, notionalUnits })
  }
  for (const position of positions.values()) {
    const { market, symbol } = position.instrument
    const account = target.roster.accountIndex(position.account)
    const instrument = target.instruments.find(market, symbol)
    if (account < 0 || instrument === undefined) continue
    const rescale = scaleChange(position.instrument, instrument)
    target.positions.addNet(account, instrument.index, position.netUnits * rescale.qty)
  }
}

function restoreFill(past: PastFill, target: RestoreTarget): void {
  const account = target.roster.accountIndex(past.account)
  const instrument = target.instruments.find(past.instrument.market, past.instrument.symbol)
  if (account < 0 || instrument === undefined) return
  const { fill } = past
  const rescale = scaleChange(past.instrument, instrument)
  const booked = {
    order: -1,
    clientIdHi: fill.clientIdHi,
    clientIdLo: fill.clientIdLo,
    task: past.task,
    account,
    instrument: instrument.index,
    side: fill.side as Side,
    priceUnits: priceUnits(fill.priceUnits * rescale.price),
    qtyUnits: qtyUnits(fill.qtyUnits * rescale.qty),
    tradeId: fill.tradeId,
    fee: fill.fee,
    feeAsset: fill.feeAsset,
    isMaker: fill.isMaker,
    venueTimeUs: fill.venueTimeUs,
  }
  if (!target.fills.book(booked)) return
  if (fill.provisional) target.truth.restoreProvisional(booked)
  target.positions.bookFill(account, instrument.index, booked.side, booked.qtyUnits)
}

function restoreOrder(past: PastOrder, target: RestoreTarget, nowNs: MonoNs, wallUs: number): void {
  const { orders } = target
  // The wall clock may have been set back since: nothing was made in the future.
  const ageNs = Math.max(0, wallUs - past.createdWallUs) * NS_PER_US
  const account = target.roster.accountIndex(past.account)
  const instrument = target.instruments.find(past.instrument.market, past.instrument.symbol)
  if (account < 0 || instrument === undefined) {
    if (!hasEnded(past)) throw missing(past)
    return
  }
  const { created } = past
  const rescale = scaleChange(past.instrument, instrument)
  const order = orders.take(created.clientIdHi, created.clientIdLo)
  if (order < 0) throw new EngineError('orders_full', 'more open orders than the table holds')
  orders.setTask(order, created.task)
  orders.setAccount(order, account)
  orders.setInstrument(order, instrument.index)
  orders.setSide(order, created.side as Side)
  orders.setType(order, created.type as OrderType)
  orders.setTimeInForce(order, created.timeInForce as TimeInForce)
  orders.setReduceOnly(order, created.reduceOnly)
  orders.setPriceUnits(order, created.priceUnits * rescale.price)
  orders.setQtyUnits(order, created.qtyUnits * rescale.qty)
  orders.setCreatedNs(order, nowNs - ageNs)
  orders.setSentNs(order, nowNs - ageNs)
  orders.setAckRecorded(order, true)
  // The ledger, not the order's own count: a fill record may have outlived its order event.
  const filledUnits = target.fills.qtyOfOrder(created.clientIdHi, created.clientIdLo)
  orders.setFilledUnits(order, filledUnits)
  orders.setFilledNotional(order, filledUnits === 0 ? 0 : NaN)
  orders.setCumQtyUnits(order, Math.max(past.cumQtyUnits * rescale.qty, filledUnits))
  orders.setState(order, past.state)
  orders.setForeignId(order, past.foreignId)
  orders.setVenueOrderId(order, past.venueOrderId)
  if (isSettled(orders, order)) return target.retention.settled(order, nowNs)
  // It counts in full from here on, whatever its state: the venue has not been asked yet.
  target.live.add(order)
  if (!isTerminal(past.state)) target.truth.enter(order, OrderEvent.NoAnswer, 0, nowNs)
}

function scaleChange(
  before: InstrumentFacts,
  now: Instrument,
): { readonly price: number; readonly qty: number } {
  const price = 10 ** (now.priceScale - before.priceScale)
  const qty = 10 ** (now.qtyScale - before.qtyScale)
  if (price >= 1 && qty >= 1) return { price, qty }
  throw new EngineError(
    'scale_shrank',
    `${now.market} ${now.symbol} is listed with fewer decimals than the journal has; ` +
      'finish with the old journal elsewhere, or begin anew with --fresh',
  )
}

function missing(past: PastOrder): EngineError {
  const { market, name } = past.account
  return new EngineError(
    'account_missing',
    `the journal has an open order of account ${name} on ${market} (${past.instrument.symbol}); ` +
      'put both back into the configuration until it is settled',
  )
}
