// One level changed and the best read again: the ladder against a map whose keys are kept sorted.
import { PriceLadder } from '#book/price-ladder.ts'
import { Prng } from '#core/prng.ts'
import { Side } from '#core/units.ts'
import type { BenchCase } from './harness.ts'

const CHANGES = 1_024
const MID = 4_325_000

/** What one writes first: a map of quantities, its keys sorted again when one comes or goes. */
class MapBook {
  readonly #qtys = new Map<number, number>()
  #prices: number[] = []

  set(price: number, qty: number): void {
    const isKnown = this.#qtys.has(price)
    if (qty === 0) this.#qtys.delete(price)
    else this.#qtys.set(price, qty)
    if (isKnown === (qty === 0)) this.#prices = [...this.#qtys.keys()].toSorted((a, b) => b - a)
  }

  get bestPrice(): number {
    return this.#prices[0] ?? 0
  }
}

let seen = 0

export function bookCases(): BenchCase[] {
  return [50, 200, 1_000, 5_000].map(levelCase)
}

function levelCase(depth: number): BenchCase {
  const prng = new Prng(depth)
  const prices = new Float64Array(CHANGES)
  const qtys = new Float64Array(CHANGES)
  for (let i = 0; i < CHANGES; i++) {
    // Most changes happen near the touch; a fifth of them delete a level.
    prices[i] = MID - Math.floor(depth * prng.nextFraction() ** 3)
    qtys[i] = prng.chance(0.2) ? 0 : prng.nextInteger(1, 1_000_000)
  }
  const ladder = new PriceLadder(Side.Buy, 1)
  const map = new MapBook()
  for (let level = 0; level < depth; level++) {
    ladder.set(MID - level, 5)
    map.set(MID - level, 5)
  }
  return {
    row: '6',
    name: `book level update, depth ${depth}`,
    peer: 'Map + sort',
    goal: null,
    opsPerCall: CHANGES,
    ours: () => {
      for (let i = 0; i < CHANGES; i++) {
        ladder.set(prices[i]!, qtys[i]!)
        seen += ladder.bestPrice
      }
    },
    theirs: () => {
      for (let i = 0; i < CHANGES; i++) {
        map.set(prices[i]!, qtys[i]!)
        seen += map.bestPrice
      }
    },
  }
}

export const booksSeen = (): number => seen
