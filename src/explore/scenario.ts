// What one seed stands for: two icebergs, a market, a bad day at the venue and some deaths.
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { FaultProfile } from '#sim/fault-plan.ts'
import { drawDeeds, type Deed } from './deed.ts'
import { drawIncidents, type Incident } from './incident.ts'

export interface Scenario {
  readonly seed: number
  readonly faults: FaultProfile
  /** Base quantity of each task, decimal text. */
  readonly total: string
  readonly slice: string
  /** The other parameters of both tasks, in a user's words. */
  readonly style: Readonly<Record<string, unknown>>
  /** The engine dies when its journal has grown by this many records in a life. */
  readonly deaths: readonly number[]
  /** How long it stays down after each death, ns. */
  readonly downNs: readonly number[]
  readonly incidents: readonly Incident[]
  /** How long a group of records takes to reach the modelled medium, ns. */
  readonly syncNs: number
  /** The slowest way of a message between engine and venue, ns. */
  readonly latencyNsMax: number
  /** What the person does, in the order of time. */
  readonly deeds: readonly Deed[]
}

/** Until then faults happen; afterwards everything must come to rest. */
export const TROUBLE_ENDS_NS = 30 * NS_PER_S
/** Virtual time in which everything must have come to rest. */
export const REST_BY_NS = 240 * NS_PER_S
/** A person loses patience with what is not done. */
export const CANCEL_AT_NS = 120 * NS_PER_S

const PROFILES = ['none', 'some', 'some', 'many', 'many'] as const
/** A fast drive, and one so slow that a death loses orders which the venue has. */
const SYNCS_US = [300, 300, 5_000, 50_000] as const
const LOTS_PER_BASE = 100_000
const LATENCIES_US = [2_000, 2_000, 20_000, 120_000] as const
const DEATHS_MAX = 3
/** Some lives end while they begin. */
const LIVES_RECORDS = [30, 140, 140] as const
/** Mostly at the touch: a crossing order lives too short to meet trouble. */
const OFFSETS = [-2, 0, 0, 0, 0, 1] as const

export function drawScenario(seed: number): Scenario {
  const prng = new Prng(seed * 2_654_435 + 17)
  const slices = prng.nextInteger(4, 10)
  const sliceLots = prng.nextInteger(1_000, 15_000)
  const totalLots = sliceLots * slices + prng.nextInteger(0, sliceLots - 1)
  const deaths = Array.from({ length: prng.nextInteger(0, DEATHS_MAX) }, () =>
    prng.nextInteger(1, oneOf(prng, LIVES_RECORDS)),
  )
  return {
    seed,
    faults: oneOf(prng, PROFILES),
    total: lotsText(totalLots),
    slice: lotsText(sliceLots),
    style: drawStyle(prng),
    deaths,
    downNs: deaths.map(() => prng.nextInteger(5, 3_000) * NS_PER_MS),
    incidents: drawIncidents(prng),
    syncNs: oneOf(prng, SYNCS_US) * NS_PER_US,
    latencyNsMax: oneOf(prng, LATENCIES_US) * NS_PER_US,
    deeds: drawDeeds(prng, lotsText(Math.ceil(sliceLots / 2))),
  }
}

function drawStyle(prng: Prng): Record<string, unknown> {
  const style: Record<string, unknown> = {
    offset_ticks: oneOf(prng, OFFSETS),
    tick_tolerance: prng.nextInteger(1, 4),
    reprice_interval: `${prng.nextInteger(0, 3) * 100}ms`,
  }
  if (prng.chance(0.25)) style['post_only'] = true
  if (prng.chance(0.2)) style['slice_timeout'] = `${prng.nextInteger(300, 3_000)}ms`
  if (prng.chance(0.2)) style['slice_interval'] = `${prng.nextInteger(50, 1_000)}ms`
  if (prng.chance(0.2)) style['size_jitter_fraction'] = 0.2
  if (prng.chance(0.2)) style['max_book_age'] = '1s'
  if (prng.chance(0.1)) style['on_halt'] = 'leave'
  return style
}

const oneOf = <Value>(prng: Prng, values: readonly Value[]): Value =>
  values[prng.nextInteger(0, values.length - 1)]!

const lotsText = (lots: number): string => (lots / LOTS_PER_BASE).toFixed(5)
