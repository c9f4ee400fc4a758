// Other people and programs at the same venue: some on accounts of their own, some on the very
// accounts the engine trades, as accounts are shared in life. Nothing of theirs is ours to touch.
import { NS_PER_MS, Side, type MonoNs } from '#core/units.ts'
import type { Prng } from '#core/prng.ts'
import type { VenueWorld } from './venue-world.ts'

/** How ids of strangers begin; none of ours does. */
export const STRANGER_PREFIX = 'web_'

export interface Visit {
  readonly account: string
  readonly side: Side
  /** Behind the touch; negative crosses it. */
  readonly ticksBehind: number
  readonly lots: number
  readonly beginNs: number
  readonly endNs: number
}

const VISITS_MAX = 4
const RUNGS_MAX = 3
const RUNG_TICKS = 40
const BEGIN_MS = { least: 20, most: 12_000 }
const LASTS_MS = { least: 200, most: 14_000 }
const LOTS = { least: 50, most: 8_000 }
/** Most rest near the touch; some cross it and take what rests there, ours too. */
const TICKS_BEHIND = [-6, -2, 0, 0, 1, 4, 30] as const

export function drawVisits(prng: Prng, accounts: readonly string[]): Visit[] {
  return Array.from({ length: prng.nextInteger(0, VISITS_MAX) }, () =>
    drawLadder(prng, accounts[prng.nextInteger(0, accounts.length - 1)]!),
  ).flat()
}

/** One order, or some behind each other. */
function drawLadder(prng: Prng, account: string): Visit[] {
  const side = prng.chance(0.5) ? Side.Buy : Side.Sell
  const ticksBehind = TICKS_BEHIND[prng.nextInteger(0, TICKS_BEHIND.length - 1)]!
  const lots = prng.nextInteger(LOTS.least, LOTS.most)
  const beginNs = prng.nextInteger(BEGIN_MS.least, BEGIN_MS.most) * NS_PER_MS
  const endNs = beginNs + prng.nextInteger(LASTS_MS.least, LASTS_MS.most) * NS_PER_MS
  return Array.from({ length: prng.nextInteger(1, RUNGS_MAX) }, (_, rung) => {
    const behind = rung === 0 ? ticksBehind : Math.max(0, ticksBehind) + rung * RUNG_TICKS
    return { account, side, ticksBehind: behind, lots, beginNs, endNs }
  })
}

/** Places each visit's order at its time and takes it back at the end. */
export class Strangers {
  readonly #entries: { readonly atNs: number; readonly id: string; readonly visit: Visit | null }[]
  #done = 0

  constructor(visits: readonly Visit[]) {
    this.#entries = visits
      .flatMap((visit, index) => [
        { atNs: visit.beginNs, id: `${STRANGER_PREFIX}${index}`, visit },
        { atNs: visit.endNs, id: `${STRANGER_PREFIX}${index}`, visit: null },
      ])
      .toSorted((a, b) => a.atNs - b.atNs)
  }

  get nextNs(): number {
    return this.#entries[this.#done]?.atNs ?? Infinity
  }

  act(world: VenueWorld, nowNs: MonoNs): void {
    for (; this.nextNs <= nowNs; this.#done++) this.#do(this.#entries[this.#done]!, world)
  }

  /** Whoever is there goes, whoever was still to come stays away. */
  leave(world: VenueWorld): void {
    for (; this.#done < this.#entries.length; this.#done++) {
      const { id, visit } = this.#entries[this.#done]!
      if (visit === null) world.takeBackByHand(id)
    }
  }

  #do({ id, visit }: { id: string; visit: Visit | null }, world: VenueWorld): void {
    if (visit === null) world.takeBackByHand(id)
    else world.placeByHand(id, visit)
  }
}
