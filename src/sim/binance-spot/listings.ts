// The symbols of the venue and the rules an order must pass: exchangeInfo and its filters.
//
// The same numbers are published and enforced from here, so that what a client reads is what it
// is held to.
import { scaleOfText, unitsFromText, D } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import type { SimInstrument } from '#sim/exchange-types.ts'
import { filterFailure, illegalCharacters, invalidSymbol, tooPrecise } from './venue-error.ts'
import { ZERO, fixed8, fixed8Text } from './wire-text.ts'

export const OPEN_ORDERS_MAX = 200
export const STP_MODES = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const
export const STP_STANDARD = 'EXPIRE_MAKER'
const PRICE_MAX = '1000000'
const PRICE_MULTIPLIER_UP = 5
const PRICE_MULTIPLIER_DOWN = 0.2
const WIRE_DECIMALS = 8
const SYMBOL_RANGE = '^[A-Z0-9-_.]{1,20}$'

export class Listings {
  readonly all: readonly SimInstrument[]
  readonly #bySymbol = new Map<string, SimInstrument>()
  readonly #halted = new Set<string>()

  constructor(instruments: readonly SimInstrument[]) {
    this.all = instruments
    for (const instrument of instruments) {
      this.#bySymbol.set(instrument.symbol, instrument)
      this.#bySymbol.set(instrument.venueSymbol, instrument)
      if (instrument.status === 'HALT') this.#halted.add(instrument.symbol)
    }
  }

  /** @throws VenueError -1100 for lower case, -1121 for a symbol that is not listed. */
  find(venueSymbol: string): SimInstrument {
    if (/[a-z/]/.test(venueSymbol)) throw illegalCharacters('symbol', SYMBOL_RANGE)
    const instrument = this.#bySymbol.get(venueSymbol)
    if (instrument === undefined) throw invalidSymbol()
    return instrument
  }

  /** By BASE/QUOTE or by the venue's spelling. */
  lookup(symbol: string): SimInstrument | undefined {
    return this.#bySymbol.get(symbol)
  }

  setHalted(symbol: string, halted: boolean): SimInstrument {
    const instrument = this.#bySymbol.get(symbol)
    if (instrument === undefined) {
      throw new EngineError('unknown_symbol', `halt: ${symbol} is not listed on this venue`)
    }
    if (halted) this.#halted.add(instrument.symbol)
    else this.#halted.delete(instrument.symbol)
    return instrument
  }

  isHalted(instrument: SimInstrument): boolean {
    return this.#halted.has(instrument.symbol)
  }

  exchangeInfo(
    instruments: readonly SimInstrument[],
    rateLimits: readonly object[],
    serverTime: number,
  ): object {
    return {
      timezone: 'UTC',
      serverTime,
      rateLimits,
      exchangeFilters: [],
      symbols: instruments.map((instrument) => this.#symbolRow(instrument)),
    }
  }

  #symbolRow(instrument: SimInstrument): object {
    return {
      symbol: instrument.venueSymbol,
      status: this.isHalted(instrument) ? 'HALT' : 'TRADING',
      baseAsset: instrument.baseAsset,
      baseAssetPrecision: WIRE_DECIMALS,
      quoteAsset: instrument.quoteAsset,
      quotePrecision: WIRE_DECIMALS,
      quoteAssetPrecision: WIRE_DECIMALS,
      baseCommissionPrecision: WIRE_DECIMALS,
      quoteCommissionPrecision: WIRE_DECIMALS,
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
      icebergAllowed: false,
      ocoAllowed: false,
      otoAllowed: false,
      quoteOrderQtyMarketAllowed: true,
      allowTrailingStop: false,
      cancelReplaceAllowed: true,
      amendAllowed: false,
      pegInstructionsAllowed: false,
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: false,
      filters: filterRows(instrument),
      permissions: [],
      permissionSets: [['SPOT']],
      defaultSelfTradePreventionMode: STP_STANDARD,
      allowedSelfTradePreventionModes: STP_MODES,
    }
  }
}

/** Price text of a limit order in units. @throws VenueError -1111 or a PRICE_FILTER failure. */
export function filteredPrice(text: string, instrument: SimInstrument): number {
  const units = unitsOrFailure(text, instrument.priceScale, 'price', 'PRICE_FILTER')
  const most = new D(PRICE_MAX).mul(D.pow(10, instrument.priceScale)).toNumber()
  const fits = units >= instrument.tickUnits && units <= most
  if (!fits || units % instrument.tickUnits !== 0) throw filterFailure('PRICE_FILTER')
  return units
}

/** Quantity text in units. @throws VenueError -1111 or a LOT_SIZE failure. */
export function filteredQty(text: string, instrument: SimInstrument): number {
  const units = unitsOrFailure(text, instrument.qtyScale, 'quantity', 'LOT_SIZE')
  const fits = units >= instrument.minQtyUnits && units <= instrument.maxQtyUnits
  if (!fits || units <= 0 || units % instrument.lotUnits !== 0) throw filterFailure('LOT_SIZE')
  return units
}

/** @throws VenueError for a price further from the reference than the venue allows. */
export function requirePercentPrice(price: number, referenceUnits: number): void {
  if (referenceUnits <= 0) return
  const isHigh = price > referenceUnits * PRICE_MULTIPLIER_UP
  const isLow = price < referenceUnits * PRICE_MULTIPLIER_DOWN
  if (isHigh || isLow) throw filterFailure('PERCENT_PRICE_BY_SIDE')
}

/** `price` is the order's own, or the reference for a market order. */
export function requireNotional(price: number, qty: number, instrument: SimInstrument): void {
  const scale = instrument.priceScale + instrument.qtyScale
  const notional = new D(price).mul(qty).div(D.pow(10, scale))
  if (notional.lt(instrument.minNotional)) throw filterFailure('NOTIONAL')
}

function unitsOrFailure(text: string, scale: number, name: string, filter: string): number {
  const decimals = scaleOfText(text)
  if (decimals > WIRE_DECIMALS) throw tooPrecise(name)
  if (decimals > scale) throw filterFailure(filter)
  try {
    return unitsFromText(text, scale, name)
  } catch (thrown) {
    if (thrown instanceof EngineError) throw filterFailure(filter)
    throw thrown
  }
}

function filterRows(instrument: SimInstrument): readonly object[] {
  const { priceScale, qtyScale } = instrument
  const tickSize = fixed8(instrument.tickUnits, priceScale)
  const stepSize = fixed8(instrument.lotUnits, qtyScale)
  const minQty = fixed8(instrument.minQtyUnits, qtyScale)
  const maxQty = fixed8(instrument.maxQtyUnits, qtyScale)
  const up = String(PRICE_MULTIPLIER_UP)
  const down = String(PRICE_MULTIPLIER_DOWN)
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: tickSize,
      maxPrice: fixed8Text(PRICE_MAX),
      tickSize,
    },
    { filterType: 'LOT_SIZE', minQty, maxQty, stepSize },
    { filterType: 'MARKET_LOT_SIZE', minQty: ZERO, maxQty, stepSize: ZERO },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: up,
      bidMultiplierDown: down,
      askMultiplierUp: up,
      askMultiplierDown: down,
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: fixed8Text(instrument.minNotional),
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'ICEBERG_PARTS', limit: 10 },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: OPEN_ORDERS_MAX },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
  ]
}
