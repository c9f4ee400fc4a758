// Listings of Binance spot: exchangeInfo into InstrumentFacts.
// Steps come from the filters alone: the precision fields of a listing are neither tick nor lot.
// A filter value of zero switches that bound off.
// Source: Binance spot filters document, 2026-07-21.
import { EngineError } from '#core/engine-error.ts'
import { scaleOfText, unitsFromText } from '#core/decimal.ts'
import { priceUnits, qtyUnits } from '#core/units.ts'
import { InstrumentStatus, type InstrumentFacts } from '#market/instrument.ts'
import { listOf, parseJson, recordOf, textOf, type JsonRecord } from '#wire/json-text.ts'
import { MARKET_NAME } from './endpoints.ts'

/** Decimals kept beyond the lot's: three leave room for 9 · 10^12 of a coin that trades whole. */
const QTY_HEADROOM_DECIMALS = 3
/** Decimals of an asset where the listing does not say. */
const ASSET_PRECISION = 8

/** `BTC/USDT` or `btcusdt` as Binance spells it. */
export function venueSymbolOf(symbol: string): string {
  return symbol.replace('/', '').toUpperCase()
}

/**
 * The facts of `symbols`, in their order.
 * @throws EngineError `unknown_symbol` naming each symbol that is not listed, or `bad_listing`.
 */
export function decodeListings(text: string, symbols: readonly string[]): InstrumentFacts[] {
  const rows = new Map<string, JsonRecord>()
  for (const value of listOf(recordOf(parseJson(text), 'exchangeInfo')['symbols'], 'symbols')) {
    const row = recordOf(value, 'a symbol of exchangeInfo')
    rows.set(textOf(row, 'symbol'), row)
  }
  const facts: InstrumentFacts[] = []
  const missing: string[] = []
  for (const symbol of symbols) {
    const row = rows.get(venueSymbolOf(symbol))
    if (row === undefined) missing.push(symbol)
    else facts.push(factsOf(row))
  }
  if (missing.length > 0) throw unknownSymbols(missing)
  return facts
}

export function unknownSymbols(symbols: readonly string[]): EngineError {
  const which = symbols.join(', ')
  const verb = symbols.length === 1 ? 'does' : 'do'
  return new EngineError('unknown_symbol', `${which} ${verb} not exist on ${MARKET_NAME}`)
}

const STATUS: Readonly<Record<string, InstrumentStatus>> = {
  TRADING: InstrumentStatus.Trading,
  HALT: InstrumentStatus.Halted,
  BREAK: InstrumentStatus.Halted,
  END_OF_DAY: InstrumentStatus.Halted,
  CANCEL_ONLY: InstrumentStatus.CancelOnly,
}

function factsOf(row: JsonRecord): InstrumentFacts {
  const venueSymbol = textOf(row, 'symbol')
  const filters = filtersOf(row)
  const price = filterNamed(filters, 'PRICE_FILTER', venueSymbol)
  const lot = filterNamed(filters, 'LOT_SIZE', venueSymbol)
  const tickSize = stepOf(price, 'tickSize', venueSymbol)
  const stepSize = stepOf(lot, 'stepSize', venueSymbol)
  const minQty = textOf(lot, 'minQty')
  const maxQty = textOf(lot, 'maxQty')
  const priceScale = scaleOfText(tickSize)
  const qtyScale = qtyScaleOf(row, Math.max(scaleOfText(stepSize), scaleOfText(minQty)))
  const baseAsset = textOf(row, 'baseAsset')
  const quoteAsset = textOf(row, 'quoteAsset')
  return {
    market: MARKET_NAME,
    symbol: `${baseAsset}/${quoteAsset}`,
    venueSymbol,
    baseAsset,
    quoteAsset,
    priceScale,
    qtyScale,
    tickUnits: priceUnits(unitsFromText(tickSize, priceScale, `${venueSymbol} tickSize`)),
    lotUnits: qtyUnits(unitsFromText(stepSize, qtyScale, `${venueSymbol} stepSize`)),
    minQtyUnits: qtyUnits(unitsFromText(minQty, qtyScale, `${venueSymbol} minQty`)),
    maxQtyUnits: maxQtyUnits(maxQty, qtyScale),
    minNotional: minNotionalOf(filters),
    // A status that no document names is treated as not tradable.
    status: STATUS[textOf(row, 'status')] ?? InstrumentStatus.Halted,
  }
}

/**
 * Finer than the lot: orders that rest from before a lot was coarsened still show their old
 * decimals in the public book (seen in BTCUSDT diffs), and a book must hold them exactly.
 */
function qtyScaleOf(row: JsonRecord, lotScale: number): number {
  const precision = row['baseAssetPrecision']
  const scaleMax = typeof precision === 'number' ? precision : ASSET_PRECISION
  return Math.max(lotScale, Math.min(lotScale + QTY_HEADROOM_DECIMALS, scaleMax))
}

function filtersOf(row: JsonRecord): ReadonlyMap<string, JsonRecord> {
  const filters = listOf(row['filters'], 'filters').map((value) => recordOf(value, 'a filter'))
  return new Map(filters.map((filter) => [textOf(filter, 'filterType'), filter]))
}

function filterNamed(
  filters: ReadonlyMap<string, JsonRecord>,
  name: string,
  venueSymbol: string,
): JsonRecord {
  const filter = filters.get(name)
  if (filter === undefined) {
    throw new EngineError('bad_listing', `${venueSymbol} on ${MARKET_NAME} has no ${name} filter`)
  }
  return filter
}

function stepOf(filter: JsonRecord, name: string, venueSymbol: string): string {
  const step = textOf(filter, name)
  if (Number(step) > 0) return step
  throw new EngineError('bad_listing', `${venueSymbol} on ${MARKET_NAME} has no usable ${name}`)
}

/** Zero means no bound; a bound beyond what a float64 counts exactly is none for us either. */
function maxQtyUnits(maxQty: string, qtyScale: number): InstrumentFacts['maxQtyUnits'] {
  const isBound = Number(maxQty) > 0 && Number(maxQty) * 10 ** qtyScale < Number.MAX_SAFE_INTEGER
  if (!isBound) return qtyUnits(Number.MAX_SAFE_INTEGER)
  // A maximum may be finer than the step: the largest whole quantity below it counts.
  const [whole = '0', decimals = ''] = maxQty.split('.')
  return qtyUnits(unitsFromText(`${whole}.${decimals.slice(0, qtyScale)}0`, qtyScale, 'maxQty'))
}

function minNotionalOf(filters: ReadonlyMap<string, JsonRecord>): string {
  const filter = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL')
  return filter === undefined ? '0' : textOf(filter, 'minNotional')
}
