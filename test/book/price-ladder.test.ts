import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_PRICE, PriceLadder } from '#book/price-ladder.ts'
import { Side, type PriceUnits } from '#core/units.ts'

/** The levels of a ladder from the best on, as `price×qty`. */
function levels(ladder: PriceLadder): string[] {
  const seen: string[] = []
  let price = ladder.bestPrice
  while (price !== NO_PRICE) {
    seen.push(`${price}×${ladder.qtyAt(price)}`)
    price = ladder.nextPrice(price)
  }
  return seen
}

/** The same side kept the slow and obvious way. */
class LadderOracle {
  readonly #side: Side
  readonly #levelsMax: number
  readonly #byPrice = new Map<number, number>()

  constructor(side: Side, levelsMax: number) {
    this.#side = side
    this.#levelsMax = levelsMax
  }

  set(price: number, qty: number): void {
    if (qty === 0) this.#byPrice.delete(price)
    else this.#byPrice.set(price, qty)
    const prices = this.prices()
    if (prices.length > this.#levelsMax) this.#byPrice.delete(prices[this.#levelsMax]!)
  }

  prices(): number[] {
    const ascending = [...this.#byPrice.keys()].toSorted((a, b) => a - b)
    return this.#side === Side.Buy ? ascending.toReversed() : ascending
  }

  levels(): string[] {
    return this.prices().map((price) => `${price}×${this.#byPrice.get(price)}`)
  }
}

describe('a side of a book', () => {
  it.each([
    [Side.Buy, ['102×3', '101×7', '99×1']],
    [Side.Sell, ['99×1', '101×7', '102×3']],
  ])('lists levels from the best on (side %i)', (side, expected) => {
    const ladder = new PriceLadder(side, 1)
    ladder.set(101, 7)
    ladder.set(99, 1)
    ladder.set(102, 2)
    ladder.set(102, 3)
    expect(levels(ladder)).toEqual(expected)
    expect(ladder.levelCount).toBe(3)
  })

  it('is empty before the first level and after the last', () => {
    const ladder = new PriceLadder(Side.Sell, 5)
    expect([ladder.bestPrice, ladder.bestQty, ladder.levelCount]).toEqual([NO_PRICE, 0, 0])
    ladder.set(100, 1)
    ladder.set(100, 0)
    ladder.set(105, 0)
    expect([ladder.bestPrice, ladder.bestQty, ladder.levelCount]).toEqual([NO_PRICE, 0, 0])
  })

  it('keeps an off-tick price exactly, also as the best', () => {
    const ladder = new PriceLadder(Side.Buy, 10)
    ladder.set(1000, 1)
    ladder.set(1003, 2)
    ladder.set(990, 4)
    expect(levels(ladder)).toEqual(['1003×2', '1000×1', '990×4'])
    expect(ladder.bestQty).toBe(2)
  })

  it('walks on from a price that is no level', () => {
    const ladder = new PriceLadder(Side.Sell, 10)
    ladder.set(1000, 1)
    ladder.set(1020, 1)
    expect(ladder.nextPrice(1005 as PriceUnits)).toBe(1020)
    expect(ladder.nextPrice(1 as PriceUnits)).toBe(1000)
    expect(ladder.nextPrice(1020 as PriceUnits)).toBe(NO_PRICE)
  })

  it('finds the far levels again when the touch falls through the window', () => {
    const ladder = new PriceLadder(Side.Buy, 1, 100, 64)
    ladder.set(10_000, 1)
    for (let price = 9_000; price < 9_010; price++) ladder.set(price, 2)
    ladder.set(10_000, 0)
    expect(ladder.bestPrice).toBe(9_009)
    expect(levels(ladder)).toHaveLength(10)
  })

  it('drops the worst level when full, never the touch', () => {
    const ladder = new PriceLadder(Side.Buy, 1, 3, 64)
    for (const price of [100, 99, 98, 97, 101, 5_000]) ladder.set(price, 1)
    expect(levels(ladder)).toEqual(['5000×1', '101×1', '100×1'])
  })

  it.each([
    [0, 1],
    [-5, 1],
    [Number.NaN, 1],
    [100, -1],
    [100, Number.NaN],
  ])('refuses price %d with quantity %d', (price, qty) => {
    const ladder = new PriceLadder(Side.Buy, 1)
    expect(ladder.set(price, qty)).toBe(false)
    expect(ladder.levelCount).toBe(0)
  })

  it('equals a sorted map after any sequence: near, far, off-tick, huge, full', () => {
    const near = fc.integer({ min: 9_800, max: 10_200 })
    const far = fc.integer({ min: 1, max: 40_000 })
    const huge = fc.integer({ min: 2 ** 40, max: 2 ** 40 + 500 })
    const price = fc.oneof({ arbitrary: near, weight: 6 }, far, huge)
    const qty = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }))
    const sets = fc.array(fc.tuple(price, qty), { maxLength: 400 })
    const shape = fc.tuple(fc.constantFrom(Side.Buy, Side.Sell), fc.constantFrom(1, 3, 10))
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 80 }), sets, ([side, tick], max, changes) => {
        const ladder = new PriceLadder(side, tick, max, 64)
        const oracle = new LadderOracle(side, max)
        for (const [at, qtyThere] of changes) {
          ladder.set(at, qtyThere)
          oracle.set(at, qtyThere)
          const best = oracle.levels()[0] ?? `${NO_PRICE}×0`
          expect(`${ladder.bestPrice}×${ladder.bestQty}`).toBe(best)
        }
        expect(levels(ladder)).toEqual(oracle.levels())
        ladder.clear()
        expect(levels(ladder)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('equals a sorted map while the touch wanders for thousands of ticks', () => {
    const step = fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 800 }), (steps) => {
        const ladder = new PriceLadder(Side.Sell, 2, 40, 64)
        const oracle = new LadderOracle(Side.Sell, 40)
        let price = 50_000
        for (const [move, qty] of steps) {
          price += move
          ladder.set(price, qty)
          oracle.set(price, qty)
          const best = oracle.prices()[0]
          if (best !== undefined && qty === 0) {
            ladder.set(best, 0)
            oracle.set(best, 0)
          }
        }
        expect(levels(ladder)).toEqual(oracle.levels())
      }),
      { numRuns: 200 },
    )
  })
})
