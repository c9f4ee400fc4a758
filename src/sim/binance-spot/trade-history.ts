// What the venue remembers of its public trades: the last thousand, and one candle a minute.
//
// Bounded per symbol: older trades and candles are forgotten. History from before the venue's
// start does not exist, so a client that asks for a week of candles gets what there is, and
// candles of a second reach back as far as the remembered trades.
import { assert } from '#core/assert.ts'
import { CANDLE_INTERVALS } from './candle-interval.ts'
import type { CandleInterval } from './candle-interval.ts'
import { candleOfTrade, longerCandles, mergeCandle } from './candle.ts'
import type { Candle, PublicTrade } from './candle.ts'

const TRADES_MAX = 1_000
const CANDLES_MAX = 1_440
const MINUTE = intervalNamed('1m')
const ALL_TIME: CandleInterval = { name: '', openUs: () => 0, endUs: () => Infinity }

export class TradeHistory {
  readonly #trades: PublicTrade[] = []
  readonly #minutes: Candle[] = []

  /** Oldest first. */
  get trades(): readonly PublicTrade[] {
    return this.#trades
  }

  /** 0 before the first trade. */
  get lastPriceUnits(): number {
    return this.#trades.at(-1)?.priceUnits ?? 0
  }

  record(trade: PublicTrade): void {
    this.#trades.push(trade)
    if (this.#trades.length > TRADES_MAX) this.#trades.shift()
    const candle = candleOfTrade(trade, MINUTE)
    const last = this.#minutes.at(-1)
    if (last !== undefined && last.openUs === candle.openUs) {
      mergeCandle(last, candle)
      return
    }
    this.#minutes.push(candle)
    if (this.#minutes.length > CANDLES_MAX) this.#minutes.shift()
  }

  /** Oldest first; stretches without a trade have no candle. */
  candles(interval: CandleInterval): readonly Candle[] {
    if (interval.name !== '1s') return longerCandles(this.#minutes, interval)
    const single = this.#trades.map((trade) => candleOfTrade(trade, interval))
    return longerCandles(single, interval)
  }

  /** Totals over everything remembered, for the 24 h ticker. */
  summary(): Candle | undefined {
    return longerCandles(this.#minutes, ALL_TIME).at(0)
  }
}

function intervalNamed(name: string): CandleInterval {
  const interval = CANDLE_INTERVALS.get(name)
  assert(interval !== undefined, 'the venue offers the interval')
  return interval
}
