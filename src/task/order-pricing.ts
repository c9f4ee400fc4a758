// Hot path.
// Which price an order should have (H1): reference ± offset, capped, rounded to the tick.
// Pure functions over scaled integers; positive offset = passive for both sides.
import { priceUnits, Side, sideSign, type PriceUnits } from '#core/units.ts'

/** No limit price. */
export const NO_LIMIT = priceUnits(0)

export interface PriceRule {
  readonly side: Side
  readonly tickUnits: number
  /** Positive = passive (away from the market), negative = aggressive. */
  readonly offsetTicks: number
  /** Never worse than this; NO_LIMIT when there is none. */
  readonly limitPrice: PriceUnits
  readonly postOnly: boolean
}

/**
 * The order's price from a reference that may be a half unit (a mid) and off the tick.
 * `far` is the opposite touch, 0 when unknown; it decides whether the price crosses.
 */
export function orderPrice(rule: PriceRule, reference: number, far: number): PriceUnits {
  const sign = sideSign(rule.side)
  const raw = reference - sign * rule.offsetTicks * rule.tickUnits
  const crosses = far > 0 && sign * (raw - far) >= 0
  // Passive rounds away from the market, crossing towards it.
  const roundsUp = (rule.side === Side.Sell) !== crosses
  let price = roundToTick(raw, rule.tickUnits, roundsUp)
  if (rule.postOnly && far > 0 && sign * (price - far) >= 0) {
    price = roundToTick(far, rule.tickUnits, rule.side === Side.Sell) - sign * rule.tickUnits
  }
  if (rule.limitPrice !== NO_LIMIT) {
    const cap = roundToTick(rule.limitPrice, rule.tickUnits, rule.side === Side.Sell)
    if (sign * (price - cap) > 0) price = cap
  }
  return priceUnits(price)
}

/** H5: working and desired are both after H1, so a price held at its limit is never stale. */
export function isStalePrice(
  desired: PriceUnits,
  working: PriceUnits,
  toleranceTicks: number,
  tickUnits: number,
): boolean {
  return Math.abs(desired - working) >= Math.max(1, toleranceTicks) * tickUnits
}

/** Exact for |price| up to 2^53; halves (a mid) are fine, the division only chooses the tick. */
function roundToTick(price: number, tickUnits: number, up: boolean): number {
  const ticks = up ? Math.ceil(price / tickUnits) : Math.floor(price / tickUnits)
  return ticks * tickUnits
}
