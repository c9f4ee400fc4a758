// What one seed stands for: two icebergs, a market, a bad day at the venue and some deaths.
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { FaultProfile } from '#sim/fault-plan.ts'
import { drawIncidents, type Incident } from './incident.ts'

export interface Scenario {
  readonly seed: number
  readonly faults: FaultProfile
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
  readonly incidents: readonly Incident[]
  /** How long a group of records takes to reach the modelled medium, ns. */
  readonly syncNs: number
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

const PROFILES = ['none', 'some', 'some', 'many', 'many'] as const
/** A fast drive, and one so slow that a death loses orders which the venue has. */
const SYNCS_US = [300, 300, 5_000, 50_000] as const
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
    faults: PROFILES[prng.nextInteger(0, PROFILES.length - 1)] ?? 'none',
    total: lotsText(totalLots),
    slice: lotsText(sliceLots),
    offsetTicks: OFFSETS[prng.nextInteger(0, OFFSETS.length - 1)] ?? 0,
    toleranceTicks: prng.nextInteger(1, 4),
    repriceIntervalMs: prng.nextInteger(0, 3) * 100,
    deaths,
    downNs: deaths.map(() => prng.nextInteger(5, 3_000) * NS_PER_MS),
    incidents: drawIncidents(prng),
    syncNs: SYNCS_US[prng.nextInteger(0, SYNCS_US.length - 1)]! * NS_PER_US,
    pauseNs: prng.chance(0.3) ? prng.nextInteger(1_000, 10_000) * NS_PER_MS : -1,
  }
}

const lotsText = (lots: number): string => (lots / LOTS_PER_BASE).toFixed(5)
