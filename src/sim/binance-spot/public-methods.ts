// The venue's public endpoints: time, listings, book, trades, candles, tickers.
import { D } from '#core/decimal.ts'
import { US_PER_MS, US_PER_S } from '#core/units.ts'
import type { SimInstrument } from '#sim/exchange-types.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import type { Parameters } from './parameters.ts'
import { VenueError, illegalCharacters, missingParameter } from './venue-error.ts'
import { ZERO, fixed8, fixed8Big } from './wire-text.ts'

const DEPTH_ROWS_MAX = 5_000
const MINUTE_US = 60 * US_PER_S
const INTERVAL_US: Readonly<Record<string, number>> = {
  '1m': MINUTE_US,
  '3m': 3 * MINUTE_US,
  '5m': 5 * MINUTE_US,
  '15m': 15 * MINUTE_US,
  '30m': 30 * MINUTE_US,
  '1h': 60 * MINUTE_US,
  '2h': 120 * MINUTE_US,
  '4h': 240 * MINUTE_US,
  '6h': 360 * MINUTE_US,
  '8h': 480 * MINUTE_US,
  '12h': 720 * MINUTE_US,
  '1d': 1_440 * MINUTE_US,
}

export function publicMethods(state: VenueState): readonly Method[] {
  const symbols = 'symbol symbols'
  return [
    method({ rest: 'GET /api/v3/ping', ws: 'ping', weight: 1, run: () => ({}) }),
    method({
      rest: 'GET /api/v3/time',
      ws: 'time',
      weight: 1,
      run: (call) => ({ serverTime: call.stamp(call.nowUs) }),
    }),
    method({
      rest: 'GET /api/v3/exchangeInfo',
      ws: 'exchangeInfo',
      weight: 20,
      accepts: `${symbols} permissions showPermissionSets symbolStatus`,
      run: (call) => exchangeInfo(state, call),
    }),
    method({
      rest: 'GET /api/v3/depth',
      ws: 'depth',
      weight: depthWeight,
      accepts: 'symbol limit symbolStatus',
      run: (call) => depth(state, call),
    }),
    method({
      rest: 'GET /api/v3/trades',
      ws: 'trades.recent',
      weight: 25,
      accepts: 'symbol limit',
      run: (call) => recentTrades(state, call),
    }),
    method({
      rest: 'GET /api/v3/klines',
      ws: 'klines',
      weight: 2,
      accepts: 'symbol interval startTime endTime timeZone limit',
      run: (call) => candles(state, call),
    }),
    method({
      rest: 'GET /api/v3/ticker/bookTicker',
      ws: 'ticker.book',
      weight: symbolWeight(2, 4),
      accepts: `${symbols} symbolStatus`,
      run: (call) => eachSymbol(state, call, (instrument) => bookTicker(state, instrument)),
    }),
    method({
      rest: 'GET /api/v3/ticker/price',
      ws: 'ticker.price',
      weight: symbolWeight(2, 4),
      accepts: `${symbols} symbolStatus`,
      run: (call) => eachSymbol(state, call, (instrument) => priceTicker(state, instrument)),
    }),
    method({
      rest: 'GET /api/v3/ticker/24hr',
      ws: 'ticker.24hr',
      weight: symbolWeight(2, 80),
      accepts: `${symbols} type symbolStatus`,
      run: (call) => eachSymbol(state, call, (one) => dayTicker(state, one, call)),
    }),
  ]
}

/** Last trade, else the middle of the book, else 0. Price units. */
export function referencePrice(state: VenueState, instrument: SimInstrument): number {
  const last = state.histories.get(instrument.symbol)?.lastPriceUnits ?? 0
  if (last > 0) return last
  const { bids, asks } = state.exchange.depth(instrument.symbol, 1)
  const bid = bids[0]?.[0] ?? 0
  const ask = asks[0]?.[0] ?? 0
  return bid > 0 && ask > 0 ? (bid + ask) / 2 : 0
}

function exchangeInfo(state: VenueState, call: Call): object {
  return state.listings.exchangeInfo(
    chosenInstruments(state, call.params) ?? state.listings.all,
    call.stamp(call.nowUs),
  )
}

function depth(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const book = state.exchange.depth(instrument.symbol, call.params.limit(100, DEPTH_ROWS_MAX))
  return {
    lastUpdateId: book.lastUpdateId,
    bids: levelRows(book.bids, instrument),
    asks: levelRows(book.asks, instrument),
  }
}

export function levelRows(
  levels: readonly (readonly [number, number])[],
  instrument: SimInstrument,
): readonly (readonly [string, string])[] {
  return levels.map(([price, qty]) => [
    fixed8(price, instrument.priceScale),
    fixed8(qty, instrument.qtyScale),
  ])
}

function depthWeight(params: Parameters): number {
  const limit = params.limit(100, DEPTH_ROWS_MAX)
  if (limit <= 100) return 5
  if (limit <= 500) return 25
  return limit <= 1_000 ? 50 : 250
}

const symbolWeight =
  (one: number, all: number) =>
  (params: Parameters): number =>
    params.has('symbol') ? one : all

function recentTrades(state: VenueState, call: Call): unknown {
  const instrument = state.listings.find(call.params.text('symbol'))
  const limit = call.params.limit(500, 1_000)
  return state.histories.get(instrument.symbol)?.tradeRows(limit, call.stamp) ?? []
}

function candles(state: VenueState, call: Call): unknown {
  const { params, stamp } = call
  const instrument = state.listings.find(params.text('symbol'))
  const intervalUs = INTERVAL_US[params.text('interval')]
  if (intervalUs === undefined) throw new VenueError(-1120, 'Invalid interval.')
  const offsetUs = state.clock.offsetUs
  const endTime = params.optionalInteger('endTime')
  const startTime = params.optionalInteger('startTime')
  return state.histories.get(instrument.symbol)?.candleRows({
    intervalUs,
    fromUs: startTime === undefined ? 0 : startTime * US_PER_MS - offsetUs,
    toUs: endTime === undefined ? call.nowUs : endTime * US_PER_MS - offsetUs,
    limit: params.limit(500, 1_000),
    stamp,
  })
}

function bookTicker(state: VenueState, instrument: SimInstrument): object {
  const { bids, asks } = state.exchange.depth(instrument.symbol, 1)
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

function priceTicker(state: VenueState, instrument: SimInstrument): object {
  const price = Math.floor(referencePrice(state, instrument))
  return { symbol: instrument.venueSymbol, price: fixed8(price, instrument.priceScale) }
}

function dayTicker(state: VenueState, instrument: SimInstrument, call: Call): object {
  const { priceScale, qtyScale } = instrument
  const day = state.histories.get(instrument.symbol)?.summary()
  const open = day?.open ?? 0
  const close = day?.close ?? 0
  const change = new D(close).minus(open).div(D.pow(10, priceScale))
  const percent = open === 0 ? new D(0) : new D(close).minus(open).div(open).mul(100)
  return {
    ...bookTicker(state, instrument),
    priceChange: change.toFixed(8),
    priceChangePercent: percent.toFixed(3),
    lastPrice: fixed8(close, priceScale),
    openPrice: fixed8(open, priceScale),
    highPrice: fixed8(day?.high ?? 0, priceScale),
    lowPrice: fixed8(day?.low ?? 0, priceScale),
    volume: fixed8(day?.qtyUnits ?? 0, qtyScale),
    quoteVolume: fixed8Big(day?.quoteUnits ?? 0n, priceScale + qtyScale),
    openTime: call.stamp(call.nowUs - 1_440 * MINUTE_US),
    closeTime: call.stamp(call.nowUs),
    count: day?.count ?? 0,
  }
}

/** One object for `symbol`, an array for `symbols` or none. */
function eachSymbol(
  state: VenueState,
  call: Call,
  build: (instrument: SimInstrument) => object,
): unknown {
  const chosen = chosenInstruments(state, call.params) ?? state.listings.all
  const [only] = chosen
  if (call.params.has('symbol') && only !== undefined) return build(only)
  return chosen.map((instrument) => build(instrument))
}

function chosenInstruments(
  state: VenueState,
  params: Parameters,
): readonly SimInstrument[] | undefined {
  const symbol = params.optional('symbol')
  if (symbol !== undefined) return [state.listings.find(symbol)]
  const list = params.optional('symbols')
  if (list === undefined) return undefined
  return symbolList(list).map((one) => state.listings.find(one))
}

function symbolList(text: string): readonly string[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw illegalCharacters('symbols', '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}")*\\]$')
  }
  if (!Array.isArray(list) || list.length === 0) throw missingParameter('symbols')
  return list.map(String)
}
