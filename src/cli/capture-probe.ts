// Listens to a replayed market on its way into the books, and compares the rebuilt top with the
// venue's own ticker wherever both speak of the same update id. The ticker is usually first: it
// comes at once, the diff up to 100 ms later.
import type { BookCache } from '#book/book-cache.ts'
import { BookState } from '#book/book-state.ts'
import { textFromUnits } from '#core/decimal.ts'
import { Side, type MonoNs, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument } from '#market/instrument.ts'
import type { MarketSink } from '#market/market-sink.ts'

/** Tickers that wait for their diff: a busy second has a few hundred. */
const TICKERS_MAX = 20_000
const EXAMPLES_MAX = 5

/** Best bid and ask with their quantities, in units. */
type Top = readonly [bidPrice: number, bidQty: number, askPrice: number, askQty: number]

export class CaptureProbe implements MarketSink {
  topsCompared = 0
  mismatches = 0
  depthDiffs = 0
  tickers = 0
  trades = 0
  snapshots = 0
  /** The first mismatches, as lines for a person. */
  readonly examples: string[] = []

  readonly #cache: BookCache
  readonly #instrument: Instrument
  readonly #tickerTops = new Map<number, Top>()
  #comparedId = 0

  constructor(cache: BookCache, instrument: Instrument) {
    this.#cache = cache
    this.#instrument = instrument
  }

  onDepthDiff(instrument: number, update: DepthUpdate, nowNs: MonoNs): void {
    this.depthDiffs++
    this.#cache.onDepthDiff(instrument, update, nowNs)
    this.#compare()
  }

  onDepthSnapshot(instrument: number, update: DepthUpdate, nowNs: MonoNs): void {
    this.snapshots++
    this.#cache.onDepthSnapshot(instrument, update, nowNs)
    this.#compare()
  }

  onTicker(
    instrument: number,
    updateId: number,
    bidPrice: PriceUnits,
    bidQty: QtyUnits,
    askPrice: PriceUnits,
    askQty: QtyUnits,
    nowNs: MonoNs,
  ): void {
    this.tickers++
    this.#cache.onTicker(instrument, updateId, bidPrice, bidQty, askPrice, askQty, nowNs)
    this.#tickerTops.set(updateId, [bidPrice, bidQty, askPrice, askQty])
    this.#forgetOldest()
    this.#compare()
  }

  onTrade(
    instrument: number,
    tradeId: number,
    price: PriceUnits,
    qty: QtyUnits,
    aggressor: Side,
    venueTimeUs: number,
    nowNs: MonoNs,
  ): void {
    this.trades++
    this.#cache.onTrade(instrument, tradeId, price, qty, aggressor, venueTimeUs, nowNs)
  }

  onProofOfLife(instrument: number, nowNs: MonoNs): void {
    this.#cache.onProofOfLife(instrument, nowNs)
  }

  onFeedLost(instrument: number, nowNs: MonoNs): void {
    this.#cache.onFeedLost(instrument, nowNs)
  }

  /** Each update id once, when the depth stands at it and a ticker of that id is known. */
  #compare(): void {
    const book = this.#cache.book(this.#instrument.index)
    const updateId = book.lastUpdateId
    if (book.state !== BookState.Live || updateId === this.#comparedId) return
    const expected = this.#tickerTops.get(updateId)
    if (expected === undefined) return
    this.#comparedId = updateId
    this.topsCompared++
    const bids = book.ladder(Side.Buy)
    const asks = book.ladder(Side.Sell)
    const rebuilt: Top = [bids.bestPrice, bids.bestQty, asks.bestPrice, asks.bestQty]
    if (rebuilt.every((value, i) => value === expected[i])) return
    this.mismatches++
    if (this.examples.length === EXAMPLES_MAX) return
    const texts = `ticker ${this.#topText(expected)}, rebuilt ${this.#topText(rebuilt)}`
    this.examples.push(`update id ${updateId}: ${texts}`)
  }

  #forgetOldest(): void {
    if (this.#tickerTops.size <= TICKERS_MAX) return
    for (const oldest of this.#tickerTops.keys()) {
      this.#tickerTops.delete(oldest)
      return
    }
  }

  #topText([bidPrice, bidQty, askPrice, askQty]: Top): string {
    const { priceScale, qtyScale } = this.#instrument
    const side = (price: number, qty: number): string =>
      `${textFromUnits(price, priceScale)}×${textFromUnits(qty, qtyScale)}`
    return `${side(bidPrice, bidQty)} / ${side(askPrice, askQty)}`
  }
}
