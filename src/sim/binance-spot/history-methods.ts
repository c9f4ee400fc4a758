// The venue's public endpoints that look back: trades one by one, aggregated, and as candles.
//
// Every trade is an aggregate of its own, here as in the aggTrade stream: ids are the same.
import { Side, US_PER_MS } from '#core/units.ts'
import type { SimInstrument } from '#sim/exchange-types.ts'
import { CANDLE_INTERVALS } from './candle-interval.ts'
import type { CandleInterval } from './candle-interval.ts'
import { quoteOf } from './candle.ts'
import type { Candle, PublicTrade } from './candle.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import { VenueError } from './venue-error.ts'
import { fixed8, fixed8Big } from './wire-text.ts'
import type { Stamp } from './wire-text.ts'

const ROWS_STANDARD = 500
const ROWS_MAX = 1_000

export function historyMethods(state: VenueState): readonly Method[] {
  return [
    method({
      rest: 'GET /api/v3/trades',
      ws: 'trades.recent',
      weight: 25,
      accepts: 'symbol limit',
      run: (call) => tradeRows(state, call),
    }),
    method({
      rest: 'GET /api/v3/historicalTrades',
      ws: 'trades.historical',
      weight: 25,
      accepts: 'symbol limit fromId',
      run: (call) => tradeRows(state, call),
    }),
    method({
      rest: 'GET /api/v3/aggTrades',
      ws: 'trades.aggregate',
      weight: 4,
      accepts: 'symbol limit fromId startTime endTime',
      run: (call) => aggregateRows(state, call),
    }),
    method({
      rest: 'GET /api/v3/klines',
      ws: 'klines',
      weight: 2,
      accepts: 'symbol interval startTime endTime timeZone limit',
      run: (call) => candleRows(state, call),
    }),
  ]
}

function tradeRows(state: VenueState, call: Call): readonly object[] {
  const instrument = state.listings.find(call.params.text('symbol'))
  const { priceScale, qtyScale } = instrument
  return chosenTrades(state, call, instrument).map((trade) => ({
    id: trade.tradeId,
    price: fixed8(trade.priceUnits, priceScale),
    qty: fixed8(trade.qtyUnits, qtyScale),
    quoteQty: fixed8Big(quoteOf(trade), priceScale + qtyScale),
    time: call.stamp(trade.timeUs),
    isBuyerMaker: trade.aggressor === Side.Sell,
    isBestMatch: true,
  }))
}

function aggregateRows(state: VenueState, call: Call): readonly object[] {
  const { params } = call
  const instrument = state.listings.find(params.text('symbol'))
  if (params.has('fromId') && (params.has('startTime') || params.has('endTime'))) {
    throw new VenueError(-1128, 'Combination of optional parameters invalid.')
  }
  return chosenTrades(state, call, instrument).map((trade) => ({
    a: trade.tradeId,
    p: fixed8(trade.priceUnits, instrument.priceScale),
    q: fixed8(trade.qtyUnits, instrument.qtyScale),
    f: trade.tradeId,
    l: trade.tradeId,
    T: call.stamp(trade.timeUs),
    m: trade.aggressor === Side.Sell,
    M: true,
  }))
}

function chosenTrades(
  state: VenueState,
  { params }: Call,
  instrument: SimInstrument,
): readonly PublicTrade[] {
  const fromId = params.optionalInteger('fromId')
  const { fromUs, toUs } = readWindow(state, params)
  const rows = (state.histories.get(instrument.symbol)?.trades ?? [])
    .filter((trade) => fromId === undefined || trade.tradeId >= fromId)
    .filter((trade) => trade.timeUs >= fromUs && trade.timeUs <= toUs)
  return page(rows, params, fromId !== undefined || params.has('startTime'))
}

function candleRows(state: VenueState, call: Call): readonly (readonly (string | number)[])[] {
  const { params, stamp } = call
  const instrument = state.listings.find(params.text('symbol'))
  const interval = CANDLE_INTERVALS.get(params.text('interval'))
  if (interval === undefined) throw new VenueError(-1120, 'Invalid interval.')
  const { fromUs, toUs } = readWindow(state, params)
  const candles = (state.histories.get(instrument.symbol)?.candles(interval) ?? []).filter(
    (candle) => candle.openUs >= fromUs && candle.openUs <= toUs,
  )
  const chosen = page(candles, params, params.has('startTime'))
  return chosen.map((candle) => candleRow(candle, { instrument, interval, stamp }))
}

interface CandleWriting {
  readonly instrument: SimInstrument
  readonly interval: CandleInterval
  readonly stamp: Stamp
}

function candleRow(candle: Candle, writing: CandleWriting): readonly (string | number)[] {
  const { instrument, interval, stamp } = writing
  const { priceScale, qtyScale } = instrument
  const quoteScale = priceScale + qtyScale
  return [
    stamp(candle.openUs),
    fixed8(candle.open, priceScale),
    fixed8(candle.high, priceScale),
    fixed8(candle.low, priceScale),
    fixed8(candle.close, priceScale),
    fixed8(candle.qtyUnits, qtyScale),
    stamp(interval.endUs(candle.openUs)) - 1,
    fixed8Big(candle.quoteUnits, quoteScale),
    candle.count,
    fixed8(candle.takerBuyQtyUnits, qtyScale),
    fixed8Big(candle.takerBuyQuoteUnits, quoteScale),
    '0',
  ]
}

function readWindow(
  state: VenueState,
  params: Call['params'],
): { readonly fromUs: number; readonly toUs: number } {
  const { offsetUs } = state.clock
  const start = params.optionalInteger('startTime')
  const end = params.optionalInteger('endTime')
  return {
    fromUs: start === undefined ? -Infinity : start * US_PER_MS - offsetUs,
    // A millisecond on the wire stands for all of its microseconds.
    toUs: end === undefined ? Infinity : (end + 1) * US_PER_MS - 1 - offsetUs,
  }
}

// Without a starting point the venue gives the newest rows, with one the first after it.
function page<Row>(
  rows: readonly Row[],
  params: Call['params'],
  isForward: boolean,
): readonly Row[] {
  const limit = params.limit(ROWS_STANDARD, ROWS_MAX)
  return isForward ? rows.slice(0, limit) : rows.slice(-limit)
}
