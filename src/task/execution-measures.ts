// What an execution cost (H16): arrival, slippage and market impact, fees apart.
import { D, averageText, textFromUnits } from '#core/decimal.ts'
import { sideSign, type Side } from '#core/units.ts'

/** sign × (price − arrival) / arrival × 10⁴ as text with two decimals; positive = cost. */
export function bpsText(side: Side, price: D | null, arrival: D | null): string {
  if (price === null || arrival === null || arrival.isZero()) return ''
  const bps = price.sub(arrival).div(arrival).mul(10_000).mul(sideSign(side))
  return bps.toDecimalPlaces(4).toFixed()
}

/** A mid may stand on half a unit: units × 10^-scale exactly, or null when unknown. */
export function priceFromUnits(units: number, priceScale: number): D | null {
  return units === 0 ? null : new D(units).div(D.pow(10, priceScale))
}

export const priceText = (price: D | null): string => (price === null ? '' : averageText(price))

export const unitsText = (units: number, scale: number): string =>
  textFromUnits(Math.max(0, units), scale)
