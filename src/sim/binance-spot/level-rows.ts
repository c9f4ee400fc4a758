// Book levels as the venue writes them: pairs of decimal texts.
import type { SimInstrument } from '#sim/exchange-types.ts'
import { fixed8 } from './wire-text.ts'

export function levelRows(
  levels: readonly (readonly [number, number])[],
  instrument: SimInstrument,
): readonly (readonly [string, string])[] {
  return levels.map(([price, qty]) => [
    fixed8(price, instrument.priceScale),
    fixed8(qty, instrument.qtyScale),
  ])
}
