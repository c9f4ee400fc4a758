// A MarketSink that writes every call as one line of text, as a trader would note it, and the
// instruments that the tests of this folder share.
import { qtyUnits, SIDE_NAMES } from '#core/units.ts'
import type { DepthUpdate } from '#market/depth-update.ts'
import { InstrumentTable, type InstrumentFacts } from '#market/instrument.ts'
import type { MarketSink } from '#market/market-sink.ts'
import { BTC_USDT } from '../../fixtures/instruments.ts'

export class MarketRecord implements MarketSink {
  readonly lines: string[] = []

  take(): string[] {
    return this.lines.splice(0)
  }

  onDepthDiff(instrument: number, update: DepthUpdate): void {
    const ids = `${update.firstUpdateId}..${update.lastUpdateId}`
    this.lines.push(`diff ${instrument} ${ids} ${levels(update)} @${update.venueTimeUs}`)
  }

  onDepthSnapshot(instrument: number, update: DepthUpdate): void {
    this.lines.push(`snapshot ${instrument} ${update.lastUpdateId} ${levels(update)}`)
  }

  onTicker(...[i, id, bid, bidQty, ask, askQty]: Parameters<MarketSink['onTicker']>): void {
    this.lines.push(`ticker ${i} ${id} ${bidQty}@${bid} | ${askQty}@${ask}`)
  }

  onTrade(...[i, id, price, qty, aggressor, timeUs]: Parameters<MarketSink['onTrade']>): void {
    this.lines.push(`trade ${i} ${id} ${SIDE_NAMES[aggressor]} ${qty}@${price} @${timeUs}`)
  }

  onProofOfLife(instrument: number): void {
    this.lines.push(`alive ${instrument}`)
  }

  onFeedLost(instrument: number): void {
    this.lines.push(`lost ${instrument}`)
  }
}

const levels = (update: DepthUpdate): string => {
  const bids = side(update.bidCount, update.bidPrices, update.bidQtys)
  return `[${bids} | ${side(update.askCount, update.askPrices, update.askQtys)}]`
}

const side = (count: number, prices: Float64Array, qtys: Float64Array): string =>
  Array.from({ length: count }, (_, i) => `${qtys[i]}@${prices[i]}`).join(' ')

export const BTC: InstrumentFacts = {
  ...BTC_USDT,
  market: 'binance_spot',
  maxQtyUnits: qtyUnits(900_000_000),
}
export const ETH: InstrumentFacts = {
  ...BTC,
  symbol: 'ETH/USDT',
  venueSymbol: 'ETHUSDT',
  baseAsset: 'ETH',
  qtyScale: 4,
}

/** BTC/USDT at 0, ETH/USDT at 1. */
export function twoInstruments(): InstrumentTable {
  const table = new InstrumentTable()
  table.put(BTC)
  table.put(ETH)
  return table
}
