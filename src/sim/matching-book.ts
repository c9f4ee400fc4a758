// Both sides of one instrument and the questions an order asks before it trades.
//
// The book holds levels and knows what would trade; who pays, what is printed and in which order
// it is told is the desk's work. Quantities of several levels are summed as numbers: they stay far
// below 2^53 because a displayed quantity does.
import { oppositeSide, Side } from '#core/units.ts'
import type { SimDepth, SimOrder } from './exchange-types.ts'
import { leavesUnits, PriceLevels, type PriceLevel } from './price-levels.ts'

export class MatchingBook {
  readonly bids = new PriceLevels(Side.Buy)
  readonly asks = new PriceLevels(Side.Sell)

  side(side: Side): PriceLevels {
    return side === Side.Buy ? this.bids : this.asks
  }

  /** The levels that an order of this side trades with. */
  against(side: Side): PriceLevels {
    return this.side(oppositeSide(side))
  }

  /** The best opposite level within the limit, or undefined when nothing trades. */
  reachable(side: Side, limitUnits: number): PriceLevel | undefined {
    const levels = this.against(side)
    const best = levels.best()
    return best !== undefined && levels.reaches(best.priceUnits, limitUnits) ? best : undefined
  }

  rest(order: SimOrder): PriceLevel {
    const level = this.side(order.side).at(order.priceUnits)
    level.join(order)
    return level
  }

  /** Takes an own order out; the level it leaves may be empty and is then gone from the side. */
  remove(order: SimOrder): PriceLevel {
    const levels = this.side(order.side)
    const level = levels.at(order.priceUnits)
    level.leave(order)
    levels.dropIfEmpty(level)
    return level
  }

  /**
   * What a taker of `account` would trade up to `qtyUnits` within the limit, and what it would pay:
   * its own resting orders do not count, because self-trade prevention expires them first.
   */
  sweep(side: Side, limitUnits: number, qtyUnits: number, account: string): Sweep {
    const levels = this.against(side)
    let left = qtyUnits
    let quoteUnits = 0n
    for (let i = 0; left > 0; i++) {
      const level = levels.fromTouch(i)
      if (level === undefined || !levels.reaches(level.priceUnits, limitUnits)) break
      const takenUnits = Math.min(left, unitsOfOthers(level, account))
      left -= takenUnits
      quoteUnits += BigInt(level.priceUnits) * BigInt(takenUnits)
    }
    return { qtyUnits: qtyUnits - left, quoteUnits }
  }

  depth(levelsMax: number, lastUpdateId: number): SimDepth {
    return {
      lastUpdateId,
      bids: publicRows(this.bids, levelsMax),
      asks: publicRows(this.asks, levelsMax),
    }
  }
}

export interface Sweep {
  readonly qtyUnits: number
  /** Σ price × qty in 10^-(priceScale + qtyScale) of quote. */
  readonly quoteUnits: bigint
}

function unitsOfOthers(level: PriceLevel, account: string): number {
  let units = level.marketUnits
  for (const { order } of level.queue) {
    if (order.account !== account) units += leavesUnits(order)
  }
  return units
}

function publicRows(levels: PriceLevels, levelsMax: number): (readonly [number, number])[] {
  const rows: (readonly [number, number])[] = []
  for (let i = 0; i < levelsMax && i < levels.count; i++) {
    const level = levels.fromTouch(i)
    if (level !== undefined) rows.push([level.priceUnits, level.publicUnits])
  }
  return rows
}
