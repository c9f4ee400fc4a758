// A listing as a large spot pair has it: a tick and a lot of one unit, at most 9,000 an order.
import type { SimInstrument } from './exchange-types.ts'

export function spotInstrument(
  baseAsset: string,
  quoteAsset: string,
  priceScale: number,
  qtyScale: number,
): SimInstrument {
  return {
    symbol: `${baseAsset}/${quoteAsset}`,
    venueSymbol: `${baseAsset}${quoteAsset}`,
    baseAsset,
    quoteAsset,
    priceScale,
    qtyScale,
    tickUnits: 1,
    lotUnits: 1,
    minQtyUnits: 1,
    maxQtyUnits: 9_000 * 10 ** qtyScale,
    minNotional: '5',
    status: 'TRADING',
  }
}
