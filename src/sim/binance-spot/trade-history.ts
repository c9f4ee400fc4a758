// What the venue remembers of its public trades: the last thousand, and one candle a minute.
//
// Bounded per symbol: older trades and candles are forgotten. History from before the venue's
// start does not exist, so a client that asks for a week of candles gets what there is.
import { Side, US_PER_S } from '#core/units.ts'
import type { SimInstrument } from '#sim/exchange-types.ts'
import { fixed8, fixed8Big } from './wire-text.ts'
import type { Stamp } from './wire-text.ts'

export interface PublicTrade {
  readonly tradeId: number
  readonly priceUnits: number
  readonly qtyUnits: number
  readonly aggressor: Side
  readonly timeUs: number
}

interface Candle {
  readonly openUs: number
  readonly open: number
  high: number
  low: number
  close: number
  qtyUnits: number
  quoteUnits: bigint
  count: number
  takerBuyQtyUnits: number
  takerBuyQuoteUnits: bigint
}

const TRADES_MAX = 1_000
const CANDLES_MAX = 1_440
const MINUTE_US = 60 * US_PER_S

export class TradeHistory {
  readonly #instrument: SimInstrument
  readonly #trades: PublicTrade[] = []
  readonly #minutes: Candle[] = []

  constructor(instrument: SimInstrument) {
    this.#instrument = instrument
  }

  /** 0 before the first trade. */
  get lastPriceUnits(): number {
    return this.#trades.at(-1)?.priceUnits ?? 0
  }

  record(trade: PublicTrade): void {
    this.#trades.push(trade)
    if (this.#trades.length > TRADES_MAX) this.#trades.shift()
    const openUs = trade.timeUs - (trade.timeUs % MINUTE_US)
    const last = this.#minutes.at(-1)
    if (last !== undefined && last.openUs === openUs) {
      mergeCandle(last, candleOfTrade(trade, openUs))
      return
    }
    this.#minutes.push(candleOfTrade(trade, openUs))
    if (this.#minutes.length > CANDLES_MAX) this.#minutes.shift()
  }

  /** Rows of /api/v3/trades, oldest first. */
  tradeRows(limit: number, stamp: Stamp): readonly object[] {
    const { priceScale, qtyScale } = this.#instrument
    return this.#trades.slice(-limit).map((trade) => ({
      id: trade.tradeId,
      price: fixed8(trade.priceUnits, priceScale),
      qty: fixed8(trade.qtyUnits, qtyScale),
      quoteQty: fixed8Big(quoteOf(trade), priceScale + qtyScale),
      time: stamp(trade.timeUs),
      isBuyerMaker: trade.aggressor === Side.Sell,
      isBestMatch: true,
    }))
  }

  /** Rows of /api/v3/klines, oldest first; minutes without a trade have no row. */
  candleRows(request: CandleRequest): readonly (readonly (string | number)[])[] {
    const { intervalUs, fromUs, toUs, limit, stamp } = request
    const rows = this.#candles(intervalUs).filter(
      (candle) => candle.openUs >= fromUs && candle.openUs <= toUs,
    )
    const chosen = fromUs > 0 ? rows.slice(0, limit) : rows.slice(-limit)
    return chosen.map((candle) => this.#candleRow(candle, intervalUs, stamp))
  }

  /** Totals over everything remembered, for the 24 h ticker. */
  summary(): Candle | undefined {
    return this.#candles(Number.MAX_SAFE_INTEGER).at(0)
  }

  #candles(intervalUs: number): readonly Candle[] {
    const merged: Candle[] = []
    for (const minute of this.#minutes) {
      const openUs = minute.openUs - (minute.openUs % intervalUs)
      const last = merged.at(-1)
      if (last !== undefined && last.openUs === openUs) mergeCandle(last, minute)
      else merged.push({ ...minute, openUs })
    }
    return merged
  }

  #candleRow(candle: Candle, intervalUs: number, stamp: Stamp): readonly (string | number)[] {
    const { priceScale, qtyScale } = this.#instrument
    const quoteScale = priceScale + qtyScale
    return [
      stamp(candle.openUs),
      fixed8(candle.open, priceScale),
      fixed8(candle.high, priceScale),
      fixed8(candle.low, priceScale),
      fixed8(candle.close, priceScale),
      fixed8(candle.qtyUnits, qtyScale),
      stamp(candle.openUs + intervalUs) - 1,
      fixed8Big(candle.quoteUnits, quoteScale),
      candle.count,
      fixed8(candle.takerBuyQtyUnits, qtyScale),
      fixed8Big(candle.takerBuyQuoteUnits, quoteScale),
      '0',
    ]
  }
}

export interface CandleRequest {
  readonly intervalUs: number
  /** 0 = the newest `limit` candles. */
  readonly fromUs: number
  readonly toUs: number
  readonly limit: number
  readonly stamp: Stamp
}

const quoteOf = (trade: PublicTrade): bigint => BigInt(trade.priceUnits) * BigInt(trade.qtyUnits)

function candleOfTrade(trade: PublicTrade, openUs: number): Candle {
  const isTakerBuy = trade.aggressor === Side.Buy
  const quoteUnits = quoteOf(trade)
  return {
    openUs,
    open: trade.priceUnits,
    high: trade.priceUnits,
    low: trade.priceUnits,
    close: trade.priceUnits,
    qtyUnits: trade.qtyUnits,
    quoteUnits,
    count: 1,
    takerBuyQtyUnits: isTakerBuy ? trade.qtyUnits : 0,
    takerBuyQuoteUnits: isTakerBuy ? quoteUnits : 0n,
  }
}

function mergeCandle(into: Candle, later: Candle): void {
  into.high = Math.max(into.high, later.high)
  into.low = Math.min(into.low, later.low)
  into.close = later.close
  into.qtyUnits += later.qtyUnits
  into.quoteUnits += later.quoteUnits
  into.count += later.count
  into.takerBuyQtyUnits += later.takerBuyQtyUnits
  into.takerBuyQuoteUnits += later.takerBuyQuoteUnits
}
