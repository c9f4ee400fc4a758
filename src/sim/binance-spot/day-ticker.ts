// The 24-hour ticker of a symbol: the REST row, and the two stream events with the same numbers.
//
// It looks back as far as the trade history does, which forgets nothing within its 24 hours.
import { D, textFromUnits } from '#core/decimal.ts'
import { US_PER_S } from '#core/units.ts'
import type { SimExchange, SimInstrument } from '#sim/exchange-types.ts'
import { levelRows } from './level-rows.ts'
import type { TradeHistory } from './trade-history.ts'
import { ZERO, fixed8, fixed8Big } from './wire-text.ts'
import type { Stamp } from './wire-text.ts'

const DAY_US = 86_400 * US_PER_S
/** What the venue writes for the id of a trade that does not exist. */
const NO_TRADE = -1

export interface TickerSource {
  readonly instrument: SimInstrument
  readonly exchange: SimExchange
  readonly history: TradeHistory
}

interface Moment {
  readonly stamp: Stamp
  readonly nowUs: number
}

/** `GET /api/v3/ticker/24hr`. */
export function dayTickerRow(source: TickerSource, { stamp, nowUs }: Moment): object {
  const day = dayOf(source)
  return {
    ...topRow(source.exchange, source.instrument),
    priceChange: day.change,
    priceChangePercent: day.percent,
    weightedAvgPrice: day.average,
    prevClosePrice: day.open,
    lastPrice: day.last,
    lastQty: day.lastQty,
    openPrice: day.open,
    highPrice: day.high,
    lowPrice: day.low,
    volume: day.qty,
    quoteVolume: day.quote,
    openTime: stamp(nowUs - DAY_US),
    closeTime: stamp(nowUs),
    firstId: day.firstId,
    lastId: day.lastId,
    count: day.count,
  }
}

/** `<symbol>@ticker`. */
export function dayTickerEvent(source: TickerSource, { stamp, nowUs }: Moment): object {
  const day = dayOf(source)
  const top = topRow(source.exchange, source.instrument)
  return {
    e: '24hrTicker',
    E: stamp(nowUs),
    s: top.symbol,
    p: day.change,
    P: day.percent,
    w: day.average,
    x: day.open,
    c: day.last,
    Q: day.lastQty,
    b: top.bidPrice,
    B: top.bidQty,
    a: top.askPrice,
    A: top.askQty,
    o: day.open,
    h: day.high,
    l: day.low,
    v: day.qty,
    q: day.quote,
    O: stamp(nowUs - DAY_US),
    C: stamp(nowUs),
    F: day.firstId,
    L: day.lastId,
    n: day.count,
  }
}

/** `<symbol>@miniTicker`. */
export function miniTickerEvent(source: TickerSource, { stamp, nowUs }: Moment): object {
  const day = dayOf(source)
  return {
    e: '24hrMiniTicker',
    E: stamp(nowUs),
    s: source.instrument.venueSymbol,
    c: day.last,
    o: day.open,
    h: day.high,
    l: day.low,
    v: day.qty,
    q: day.quote,
  }
}

/** `GET /api/v3/ticker/bookTicker`. */
export function topRow(exchange: SimExchange, instrument: SimInstrument) {
  const { bids, asks } = exchange.depth(instrument.symbol, 1)
  const [bid] = levelRows(bids, instrument)
  const [ask] = levelRows(asks, instrument)
  return {
    symbol: instrument.venueSymbol,
    bidPrice: bid?.[0] ?? ZERO,
    bidQty: bid?.[1] ?? ZERO,
    askPrice: ask?.[0] ?? ZERO,
    askQty: ask?.[1] ?? ZERO,
  }
}

function dayOf({ instrument, history }: TickerSource) {
  const { priceScale, qtyScale } = instrument
  const quoteScale = priceScale + qtyScale
  const day = history.summary()
  const open = day?.open ?? 0
  const close = day?.close ?? 0
  const percent = open === 0 ? new D(0) : new D(close).minus(open).div(open).mul(100)
  return {
    change: new D(textFromUnits(close - open, priceScale)).toFixed(8),
    percent: percent.toFixed(3),
    average: day === undefined ? ZERO : averageOf(day.quoteUnits, day.qtyUnits, priceScale),
    open: fixed8(open, priceScale),
    last: fixed8(close, priceScale),
    lastQty: fixed8(history.trades.at(-1)?.qtyUnits ?? 0, qtyScale),
    high: fixed8(day?.high ?? 0, priceScale),
    low: fixed8(day?.low ?? 0, priceScale),
    qty: fixed8(day?.qtyUnits ?? 0, qtyScale),
    quote: fixed8Big(day?.quoteUnits ?? 0n, quoteScale),
    firstId: day?.firstTradeId ?? NO_TRADE,
    lastId: day?.lastTradeId ?? NO_TRADE,
    count: day?.count ?? 0,
  }
}

const averageOf = (quoteUnits: bigint, qtyUnits: number, priceScale: number): string =>
  new D(quoteUnits.toString()).div(qtyUnits).div(D.pow(10, priceScale)).toFixed(8)
