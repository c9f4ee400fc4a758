// What can be traded, and in which steps. One record for each symbol of each venue market.
import { assert } from '#core/assert.ts'
import { INSTRUMENTS_MAX } from '#core/limits.ts'
import { EngineError } from '#core/engine-error.ts'
import type { PriceUnits, QtyUnits } from '#core/units.ts'

export const InstrumentStatus = { Trading: 0, Halted: 1, CancelOnly: 2, Gone: 3 } as const
export type InstrumentStatus = (typeof InstrumentStatus)[keyof typeof InstrumentStatus]

export interface InstrumentFacts {
  /** Venue market: `binance_spot`. */
  readonly market: string
  /** BASE/QUOTE. */
  readonly symbol: string
  /** The venue's spelling: `BTCUSDT`. */
  readonly venueSymbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  /** Decimals of priceUnits and qtyUnits. */
  readonly priceScale: number
  readonly qtyScale: number
  readonly tickUnits: PriceUnits
  readonly lotUnits: QtyUnits
  /** Bounds of a limit order; 0 and MAX_SAFE_INTEGER where the venue has none. */
  readonly minQtyUnits: QtyUnits
  readonly maxQtyUnits: QtyUnits
  /** Smallest notional of an order in quote, as decimal text; "0" where there is none. */
  readonly minNotional: string
  readonly status: InstrumentStatus
}

export interface Instrument extends InstrumentFacts {
  /** Index into every per-instrument array of the engine. */
  readonly index: number
}

/** All instruments by index; rows are replaced whole when a listing changes, never moved. */
export class InstrumentTable {
  readonly #rows: Instrument[] = []
  readonly #byKey = new Map<string, number>()

  get count(): number {
    return this.#rows.length
  }

  /** Adds or replaces; the index of a (market, symbol) never changes. */
  put(facts: InstrumentFacts): Instrument {
    const key = `${facts.market} ${facts.symbol}`
    const index = this.#byKey.get(key) ?? this.#rows.length
    if (index >= INSTRUMENTS_MAX) {
      throw new EngineError('instruments_full', `more than ${INSTRUMENTS_MAX} instruments`)
    }
    const row: Instrument = { ...facts, index }
    this.#rows[index] = row
    this.#byKey.set(key, index)
    this.#byKey.set(`${facts.market} ${facts.venueSymbol}`, index)
    return row
  }

  at(index: number): Instrument {
    const row = this.#rows[index]
    assert(row !== undefined, 'no instrument at this index')
    return row
  }

  /** By BASE/QUOTE or by the venue's own spelling. */
  find(market: string, symbol: string): Instrument | undefined {
    const index = this.#byKey.get(`${market} ${symbol}`)
    return index === undefined ? undefined : this.#rows[index]
  }
}
