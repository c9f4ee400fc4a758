// The streams of one symbol that sum up its trades: candles and 24-hour tickers, once a second.
//
// A candle is told while it is open and once more when it has ended, with `x` true; as in the
// history, a stretch without a trade has no candle.
import type { CandleInterval } from './candle-interval.ts'
import { CANDLE_INTERVALS } from './candle-interval.ts'
import type { Candle } from './candle.ts'
import { dayTickerEvent, miniTickerEvent } from './day-ticker.ts'
import type { TickerSource } from './day-ticker.ts'
import type { StreamTopics } from './stream-topics.ts'
import { fixed8, fixed8Big } from './wire-text.ts'
import type { Stamp } from './wire-text.ts'

/** The last event of one candle stream. */
interface Told {
  readonly openUs: number
  readonly isClosed: boolean
}

export class SummaryStreams {
  readonly #source: TickerSource
  readonly #topics: StreamTopics
  /** `btcusdt`. */
  readonly #prefix: string
  readonly #told = new Map<string, Told>()

  constructor(source: TickerSource, topics: StreamTopics) {
    this.#source = source
    this.#topics = topics
    this.#prefix = source.instrument.venueSymbol.toLowerCase()
  }

  /** Once a second. */
  tick(nowUs: number): void {
    const source = this.#source
    this.#publish('ticker', (stamp) => dayTickerEvent(source, { stamp, nowUs }))
    this.#publish('miniTicker', (stamp) => miniTickerEvent(source, { stamp, nowUs }))
    for (const interval of CANDLE_INTERVALS.values()) this.#tellCandles(interval, nowUs)
  }

  #tellCandles(interval: CandleInterval, nowUs: number): void {
    const stream = `kline_${interval.name}`
    if (!this.#topics.hasListeners(`${this.#prefix}@${stream}`)) {
      this.#told.delete(stream)
      return
    }
    const candles = this.#source.history.candles(interval)
    const told = this.#told.get(stream) ?? { openUs: candles.at(-1)?.openUs ?? 0, isClosed: false }
    for (const candle of candles) {
      const isNew = candle.openUs > told.openUs
      if (!isNew && (candle.openUs < told.openUs || told.isClosed)) continue
      const isClosed = nowUs >= interval.endUs(candle.openUs)
      this.#told.set(stream, { openUs: candle.openUs, isClosed })
      this.#publish(stream, (stamp) => ({
        e: 'kline',
        E: stamp(nowUs),
        s: this.#source.instrument.venueSymbol,
        k: this.#candleBody(candle, interval, stamp, isClosed),
      }))
    }
  }

  #candleBody(candle: Candle, interval: CandleInterval, stamp: Stamp, isClosed: boolean): object {
    const { venueSymbol, priceScale, qtyScale } = this.#source.instrument
    const quoteScale = priceScale + qtyScale
    return {
      t: stamp(candle.openUs),
      T: stamp(interval.endUs(candle.openUs)) - 1,
      s: venueSymbol,
      i: interval.name,
      f: candle.firstTradeId,
      L: candle.lastTradeId,
      o: fixed8(candle.open, priceScale),
      c: fixed8(candle.close, priceScale),
      h: fixed8(candle.high, priceScale),
      l: fixed8(candle.low, priceScale),
      v: fixed8(candle.qtyUnits, qtyScale),
      n: candle.count,
      x: isClosed,
      q: fixed8Big(candle.quoteUnits, quoteScale),
      V: fixed8(candle.takerBuyQtyUnits, qtyScale),
      Q: fixed8Big(candle.takerBuyQuoteUnits, quoteScale),
      B: '0',
    }
  }

  #publish(stream: string, build: (stamp: Stamp) => object): void {
    this.#topics.publish(`${this.#prefix}@${stream}`, (stamp) => JSON.stringify(build(stamp)))
  }
}
