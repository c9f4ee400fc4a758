// The market streams of one symbol: trades and top of book at once, depth and summaries on ticks.
//
// A diff event covers every level that changed since the previous one and its ids continue the
// chain without a gap: U is the previous u plus one, u the last book id. Changes are collected
// whether or not somebody listens, so that a subscriber's first event is whole.
import { Side, US_PER_MS } from '#core/units.ts'
import type { SimDepth, SimExchange, SimInstrument } from '#sim/exchange-types.ts'
import type { PublicTrade } from './candle.ts'
import { levelRows } from './level-rows.ts'
import type { StreamTopics } from './stream-topics.ts'
import { SummaryStreams } from './summary-streams.ts'
import type { TradeHistory } from './trade-history.ts'
import { ZERO, fixed8 } from './wire-text.ts'

export const TICK_US = 100 * US_PER_MS
export const SLOW_TICK_US = 1_000 * US_PER_MS
const PARTIAL_DEPTHS = [5, 10, 20] as const

/** Levels that changed since the last event of one speed. */
class DepthChanges {
  readonly #sides = [new Map<number, number>(), new Map<number, number>()] as const
  #firstId: number
  #lastId: number

  constructor(lastId: number) {
    this.#firstId = lastId + 1
    this.#lastId = lastId
  }

  get isEmpty(): boolean {
    return this.#lastId < this.#firstId
  }

  set(side: Side, price: number, qty: number, updateId: number): void {
    this.#sides[side].set(price, qty)
    this.#lastId = Math.max(this.#lastId, updateId)
  }

  /** `"U":…,"u":…,"b":[…],"a":[…]`, and starts anew behind it. */
  take(instrument: SimInstrument): string {
    const bids = JSON.stringify(levelRows([...this.#sides[Side.Buy]], instrument))
    const asks = JSON.stringify(levelRows([...this.#sides[Side.Sell]], instrument))
    const text = `"U":${this.#firstId},"u":${this.#lastId},"b":${bids},"a":${asks}`
    this.#firstId = this.#lastId + 1
    this.#sides[Side.Buy].clear()
    this.#sides[Side.Sell].clear()
    return text
  }
}

export class SymbolStreams {
  readonly #instrument: SimInstrument
  readonly #exchange: SimExchange
  readonly #topics: StreamTopics
  /** `btcusdt`. */
  readonly #prefix: string
  readonly #fast: DepthChanges
  readonly #slow: DepthChanges
  readonly #summaries: SummaryStreams
  #isTopDirty = false
  #lastTop = ''

  constructor(
    instrument: SimInstrument,
    exchange: SimExchange,
    history: TradeHistory,
    topics: StreamTopics,
  ) {
    this.#instrument = instrument
    this.#exchange = exchange
    this.#topics = topics
    this.#summaries = new SummaryStreams({ instrument, exchange, history }, topics)
    this.#prefix = instrument.venueSymbol.toLowerCase()
    const { lastUpdateId } = exchange.depth(instrument.symbol, 1)
    this.#fast = new DepthChanges(lastUpdateId)
    this.#slow = new DepthChanges(lastUpdateId)
  }

  get hasPendingDepth(): boolean {
    return !this.#fast.isEmpty || !this.#slow.isEmpty
  }

  onLevel(side: Side, price: number, qty: number, updateId: number): void {
    this.#fast.set(side, price, qty, updateId)
    this.#slow.set(side, price, qty, updateId)
    this.#isTopDirty = true
  }

  onTrade(trade: PublicTrade, nowUs: number): void {
    const { venueSymbol, priceScale, qtyScale } = this.#instrument
    const price = fixed8(trade.priceUnits, priceScale)
    const qty = fixed8(trade.qtyUnits, qtyScale)
    const id = trade.tradeId
    const rest = (stamp: (us: number) => number): string =>
      `"p":"${price}","q":"${qty}","T":${stamp(trade.timeUs)},` +
      `"m":${trade.aggressor === Side.Sell},"M":true}`
    this.#topics.publish(
      `${this.#prefix}@trade`,
      (stamp) => `{"e":"trade","E":${stamp(nowUs)},"s":"${venueSymbol}","t":${id},${rest(stamp)}`,
    )
    this.#topics.publish(
      `${this.#prefix}@aggTrade`,
      (stamp) =>
        `{"e":"aggTrade","E":${stamp(nowUs)},"s":"${venueSymbol}","a":${id},` +
        `"f":${id},"l":${id},${rest(stamp)}`,
    )
  }

  /** Publishes the top of book if it is another than the last one published. */
  flushTop(): void {
    if (!this.#isTopDirty) return
    this.#isTopDirty = false
    const name = `${this.#prefix}@bookTicker`
    if (!this.#topics.hasListeners(name)) return
    const { bids, asks, lastUpdateId } = this.#exchange.depth(this.#instrument.symbol, 1)
    const [bid] = levelRows(bids, this.#instrument)
    const [ask] = levelRows(asks, this.#instrument)
    const top =
      `"s":"${this.#instrument.venueSymbol}","b":"${bid?.[0] ?? ZERO}","B":"${bid?.[1] ?? ZERO}",` +
      `"a":"${ask?.[0] ?? ZERO}","A":"${ask?.[1] ?? ZERO}"}`
    if (top === this.#lastTop) return
    this.#lastTop = top
    this.#topics.publish(name, () => `{"u":${lastUpdateId},${top}`)
  }

  /** A new listener of the top is told at once, not at the next change. */
  forgetTop(): void {
    this.#lastTop = ''
    this.#isTopDirty = true
  }

  /** One tick of the timed streams; `isSlow` when a whole second has passed as well. */
  tick(isSlow: boolean, nowUs: number): void {
    if (!this.#fast.isEmpty) {
      this.#publishPartial('@100ms')
      this.#publishDiff('@100ms', this.#fast, nowUs)
    }
    if (isSlow) this.#summaries.tick(nowUs)
    if (isSlow && !this.#slow.isEmpty) {
      this.#publishPartial('')
      this.#publishDiff('', this.#slow, nowUs)
    }
  }

  #publishDiff(speed: string, changes: DepthChanges, nowUs: number): void {
    const body = changes.take(this.#instrument)
    const symbol = this.#instrument.venueSymbol
    this.#topics.publish(
      `${this.#prefix}@depth${speed}`,
      (stamp) => `{"e":"depthUpdate","E":${stamp(nowUs)},"s":"${symbol}",${body}}`,
    )
  }

  #publishPartial(speed: string): void {
    for (const levels of PARTIAL_DEPTHS) {
      const name = `${this.#prefix}@depth${levels}${speed}`
      if (!this.#topics.hasListeners(name)) continue
      const text = this.#partialText(this.#exchange.depth(this.#instrument.symbol, levels))
      this.#topics.publish(name, () => text)
    }
  }

  #partialText(depth: SimDepth): string {
    return JSON.stringify({
      lastUpdateId: depth.lastUpdateId,
      bids: levelRows(depth.bids, this.#instrument),
      asks: levelRows(depth.asks, this.#instrument),
    })
  }
}
