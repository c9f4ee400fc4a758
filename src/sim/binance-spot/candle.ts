// Trades of one stretch of time: first, highest, lowest and last price, and what was traded.
import { Side } from '#core/units.ts'
import type { CandleInterval } from './candle-interval.ts'

export interface PublicTrade {
  readonly tradeId: number
  readonly priceUnits: number
  readonly qtyUnits: number
  readonly aggressor: Side
  readonly timeUs: number
}

export interface Candle {
  readonly openUs: number
  readonly open: number
  readonly firstTradeId: number
  high: number
  low: number
  close: number
  lastTradeId: number
  qtyUnits: number
  quoteUnits: bigint
  count: number
  takerBuyQtyUnits: number
  takerBuyQuoteUnits: bigint
}

export const quoteOf = (trade: PublicTrade): bigint =>
  BigInt(trade.priceUnits) * BigInt(trade.qtyUnits)

export function candleOfTrade(trade: PublicTrade, interval: CandleInterval): Candle {
  const isTakerBuy = trade.aggressor === Side.Buy
  const quoteUnits = quoteOf(trade)
  return {
    openUs: interval.openUs(trade.timeUs),
    open: trade.priceUnits,
    firstTradeId: trade.tradeId,
    high: trade.priceUnits,
    low: trade.priceUnits,
    close: trade.priceUnits,
    lastTradeId: trade.tradeId,
    qtyUnits: trade.qtyUnits,
    quoteUnits,
    count: 1,
    takerBuyQtyUnits: isTakerBuy ? trade.qtyUnits : 0,
    takerBuyQuoteUnits: isTakerBuy ? quoteUnits : 0n,
  }
}

/** Shorter candles, oldest first, put together to longer ones. */
export function longerCandles(candles: readonly Candle[], interval: CandleInterval): Candle[] {
  const merged: Candle[] = []
  for (const candle of candles) {
    const openUs = interval.openUs(candle.openUs)
    const last = merged.at(-1)
    if (last !== undefined && last.openUs === openUs) mergeCandle(last, candle)
    else merged.push({ ...candle, openUs })
  }
  return merged
}

export function mergeCandle(into: Candle, later: Candle): void {
  into.high = Math.max(into.high, later.high)
  into.low = Math.min(into.low, later.low)
  into.close = later.close
  into.lastTradeId = later.lastTradeId
  into.qtyUnits += later.qtyUnits
  into.quoteUnits += later.quoteUnits
  into.count += later.count
  into.takerBuyQtyUnits += later.takerBuyQtyUnits
  into.takerBuyQuoteUnits += later.takerBuyQuoteUnits
}
