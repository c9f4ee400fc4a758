// What one seed stands for: two icebergs, a market, a bad day at the venue and some deaths.
import { NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { Prng } from '#core/prng.ts'

export interface Scenario {
  readonly seed: number
  readonly faults: 'none' | 'some'
  /** Base quantity of each task, decimal text. */
  readonly total: string
  readonly slice: string
  readonly offsetTicks: number
  readonly toleranceTicks: number
  readonly repriceIntervalMs: number
  /** The engine dies when its journal has grown by this many records in a life. */
  readonly deaths: readonly number[]
  /** How long it stays down after each death, ns. */
  readonly downNs: readonly number[]
  /** The venue drops every connection at these times, ns. */
  readonly disconnectsNs: readonly number[]
  /** A command on the first task: pause, and resume after a while; −1 = none. */
  readonly pauseNs: number
}

/** Until then faults happen; afterwards everything must come to rest. */
export const TROUBLE_ENDS_NS = 30 * NS_PER_S
/** Virtual time in which everything must have come to rest. */
export const REST_BY_NS = 240 * NS_PER_S
/** A person loses patience with what is not done. */
export const CANCEL_AT_NS = 120 * NS_PER_S
export const PAUSE_LASTS_NS = 3 * NS_PER_S

const LOTS_PER_BASE = 100_000
/** Mostly at the touch: a crossing order lives too short to meet trouble. */
const OFFSETS = [-2, 0, 0, 0, 0, 1] as const

export function drawScenario(seed: number): Scenario {
  const prng = new Prng(seed * 2_654_435 + 17)
  const slices = prng.nextInteger(4, 10)
  const sliceLots = prng.nextInteger(1_000, 15_000)
  const totalLots = sliceLots * slices + prng.nextInteger(0, sliceLots - 1)
  const deaths = Array.from({ length: prng.nextInteger(0, 3) }, () => prng.nextInteger(10, 140))
  return {
    seed,
    faults: prng.chance(0.85) ? 'some' : 'none',
    total: lotsText(totalLots),
    slice: lotsText(sliceLots),
    offsetTicks: OFFSETS[prng.nextInteger(0, OFFSETS.length - 1)] ?? 0,
    toleranceTicks: prng.nextInteger(1, 4),
    repriceIntervalMs: prng.nextInteger(0, 3) * 100,
    deaths,
    downNs: deaths.map(() => prng.nextInteger(5, 3_000) * NS_PER_MS),
    disconnectsNs: Array.from({ length: prng.nextInteger(0, 2) }, () =>
      prng.nextInteger(500, 20_000),
    ).map((ms) => ms * NS_PER_MS),
    pauseNs: prng.chance(0.3) ? prng.nextInteger(1_000, 10_000) * NS_PER_MS : -1,
  }
}

const lotsText = (lots: number): string => (lots / LOTS_PER_BASE).toFixed(5)
