// Why the venue refuses an order before it looks at money or the book, in the venue's order and
// with the venue's texts (binance-spot-api-docs, errors and filters, 2026-07).
import { RejectReason, OrderType, TimeInForce } from '#order/order-codes.ts'
import { moneyFromText } from './accounts.ts'
import type { SimInstrument, SimOrderRequest, SimRefusal } from './exchange-types.ts'
import { notionalMoney } from './fees.ts'

export const REFUSED_SYMBOL: SimRefusal = {
  reason: RejectReason.BadRequest,
  text: 'Invalid symbol.',
}
export const REFUSED_ACCOUNT: SimRefusal = {
  reason: RejectReason.Auth,
  text: 'This symbol is not permitted for this account.',
}
export const REFUSED_CLOSED: SimRefusal = {
  reason: RejectReason.MarketClosed,
  text: 'Market is closed.',
}
export const REFUSED_PRICE: SimRefusal = {
  reason: RejectReason.InvalidPrice,
  text: 'Filter failure: PRICE_FILTER',
}
export const REFUSED_QTY: SimRefusal = {
  reason: RejectReason.InvalidQty,
  text: 'Filter failure: LOT_SIZE',
}
export const REFUSED_NOTIONAL: SimRefusal = {
  reason: RejectReason.InvalidNotional,
  text: 'Filter failure: NOTIONAL',
}
export const REFUSED_TIME_IN_FORCE: SimRefusal = {
  reason: RejectReason.BadRequest,
  text: 'Invalid timeInForce.',
}
export const REFUSED_DUPLICATE: SimRefusal = {
  reason: RejectReason.DuplicateClientId,
  text: 'Duplicate order sent.',
}
export const REFUSED_BALANCE: SimRefusal = {
  reason: RejectReason.InsufficientBalance,
  text: 'Account has insufficient balance for requested action.',
}
export const REFUSED_WOULD_TAKE: SimRefusal = {
  reason: RejectReason.PostOnlyWouldTake,
  text: 'Order would immediately match and take.',
}
export const REFUSED_UNKNOWN: SimRefusal = {
  reason: RejectReason.UnknownOrder,
  text: 'Unknown order sent.',
}

/**
 * The first filter an order fails. `marketPriceUnits` values a market order (the last trade, or
 * the touch before any); undefined skips its notional, as there is nothing to value it by.
 */
export function filterRefusal(
  instrument: SimInstrument,
  request: SimOrderRequest,
  marketPriceUnits: number | undefined,
): SimRefusal | undefined {
  if (instrument.status !== 'TRADING') return REFUSED_CLOSED
  if (request.timeInForce === TimeInForce.Gtd) return REFUSED_TIME_IN_FORCE
  const isMarket = request.type === OrderType.Market
  if (!isMarket && !isStep(request.priceUnits, instrument.tickUnits)) return REFUSED_PRICE
  if (!isQtyAllowed(instrument, request.qtyUnits)) return REFUSED_QTY
  const priceUnits = isMarket ? marketPriceUnits : request.priceUnits
  if (priceUnits === undefined) return undefined
  const smallest = moneyFromText(instrument.minNotional, `minNotional of ${instrument.symbol}`)
  const notional = notionalMoney(instrument, priceUnits, request.qtyUnits)
  return notional < smallest ? REFUSED_NOTIONAL : undefined
}

function isQtyAllowed(instrument: SimInstrument, qtyUnits: number): boolean {
  const { lotUnits, minQtyUnits, maxQtyUnits } = instrument
  return isStep(qtyUnits, lotUnits) && qtyUnits >= minQtyUnits && qtyUnits <= maxQtyUnits
}

const isStep = (units: number, step: number): boolean =>
  Number.isSafeInteger(units) && units > 0 && units % step === 0
