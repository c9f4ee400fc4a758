// Tick and lot of a market whose listing is not at hand, inferred from the numbers it quotes: the
// scale is the finest decimal written, the step the greatest common divisor of all. A recorded
// snapshot of a liquid market has enough levels for the true step; a thin one may infer a coarser.
import { unitsFromText, scaleOfText } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'

export interface InferredSteps {
  /** Decimals of price and quantity units. */
  readonly priceScale: number
  readonly qtyScale: number
  /** Price and quantity steps in those units. */
  readonly tickUnits: number
  readonly lotUnits: number
}

/**
 * From the decimal texts of a snapshot's prices and quantities; zeros say nothing.
 * @throws EngineError `no_steps` when nothing but zeros is there, `not_a_decimal`, `does_not_fit`.
 */
export function inferSteps(prices: readonly string[], qtys: readonly string[]): InferredSteps {
  const priceScale = finestScale(prices)
  const qtyScale = finestScale(qtys)
  return {
    priceScale,
    qtyScale,
    tickUnits: commonStep(prices, priceScale, 'price'),
    lotUnits: commonStep(qtys, qtyScale, 'quantity'),
  }
}

function finestScale(texts: readonly string[]): number {
  let scale = 0
  for (const text of texts) scale = Math.max(scale, scaleOfText(text))
  return scale
}

function commonStep(texts: readonly string[], scale: number, what: string): number {
  let step = 0
  for (const text of texts) step = greatestCommonDivisor(step, unitsFromText(text, scale, what))
  if (step === 0) {
    throw new EngineError('no_steps', `no ${what} above zero to infer a step from`)
  }
  return step
}

function greatestCommonDivisor(a: number, b: number): number {
  let larger = Math.abs(a)
  let smaller = Math.abs(b)
  while (smaller !== 0) {
    const rest = larger % smaller
    larger = smaller
    smaller = rest
  }
  return larger
}
