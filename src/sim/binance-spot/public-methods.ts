// The venue's public endpoints of the moment: time, listings, book, tickers.
import { assert } from '#core/assert.ts'
import type { SimInstrument } from '#sim/exchange-types.ts'
import { dayTickerRow, topRow } from './day-ticker.ts'
import { levelRows } from './level-rows.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import type { Parameters } from './parameters.ts'
import { illegalCharacters, missingParameter } from './venue-error.ts'
import { fixed8 } from './wire-text.ts'

const DEPTH_ROWS_MAX = 5_000

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
      rest: 'GET /api/v3/ticker/bookTicker',
      ws: 'ticker.book',
      weight: symbolWeight(2, 4),
      accepts: `${symbols} symbolStatus`,
      run: (call) => eachSymbol(state, call, (instrument) => topRow(state.exchange, instrument)),
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
    state.limits.rows,
    call.stamp(call.nowUs),
  )
}

function depth(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const book = state.exchange.depth(instrument.symbol, call.params.limit(100, DEPTH_ROWS_MAX))
  const told = state.toldDepths.get(instrument.symbol)
  if (told !== undefined && state.faults.decideRead('snapshot').kind === 'stale') {
    state.faults.count('snapshot stale')
    return told
  }
  const snapshot = {
    lastUpdateId: book.lastUpdateId,
    bids: levelRows(book.bids, instrument),
    asks: levelRows(book.asks, instrument),
  }
  state.toldDepths.set(instrument.symbol, snapshot)
  return snapshot
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

function priceTicker(state: VenueState, instrument: SimInstrument): object {
  const price = Math.floor(referencePrice(state, instrument))
  return { symbol: instrument.venueSymbol, price: fixed8(price, instrument.priceScale) }
}

function dayTicker(state: VenueState, instrument: SimInstrument, call: Call): object {
  const history = state.histories.get(instrument.symbol)
  assert(history !== undefined, 'every listed symbol has a history')
  return dayTickerRow({ instrument, exchange: state.exchange, history }, call)
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
