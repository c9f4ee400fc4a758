// What one seed stands for: some icebergs on two accounts, a market, a bad day at the venue, other
// people there, and the engine's deaths.
import { NS_PER_MS, NS_PER_S, NS_PER_US, US_PER_S } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { FaultProfile } from '#sim/fault-plan.ts'
import { drawDeeds, type Deed } from './deed.ts'
import { drawIncidents, type Incident } from './incident.ts'
import { drawVisits, type Visit } from './stranger.ts'
import type { Tail } from './troubled-disk.ts'

/** Logs its session on with an Ed25519 key, and signs each request with an HMAC. */
export const ACCOUNTS = ['seller', 'buyer'] as const
/** Somebody whose account the engine never sees. */
export const OUTSIDER = 'outsider'

export interface ScenarioTask {
  readonly id: string
  readonly account: string
  readonly side: 'buy' | 'sell'
  /** Base quantity, decimal text. */
  readonly total: string
  readonly slice: string
  /** The other parameters, in a user's words. */
  readonly style: Readonly<Record<string, unknown>>
}

/** How long the engine stays down after a death, and what happens to its wall clock meanwhile. */
export interface Downtime {
  readonly lastsNs: number
  readonly wallStepUs: number
}

export interface Scenario {
  readonly seed: number
  readonly faults: FaultProfile
  readonly tasks: readonly ScenarioTask[]
  /** account → asset → decimal text. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The engine dies when its journal has grown by this many records in a life. */
  readonly deaths: readonly number[]
  readonly downs: readonly Downtime[]
  readonly tail: Tail
  /** A start makes a snapshot when the journal has grown by more records than this. */
  readonly snapshotEvery: number
  /** The power goes after so many operations of the disk in the first such start. */
  readonly cutInSnapshot: number
  /** When the engine is stopped in order and started again; Infinity for never. */
  readonly stopNs: number
  readonly incidents: readonly Incident[]
  /** How long a group of records takes to reach the modelled medium, ns. */
  readonly syncNs: number
  /** The slowest way of a message between engine and venue, ns. */
  readonly latencyNsMax: number
  /** What the person does, in the order of time. */
  readonly deeds: readonly Deed[]
  readonly visits: readonly Visit[]
}

/** Until then faults happen; afterwards everything must come to rest. */
export const TROUBLE_ENDS_NS = 30 * NS_PER_S
/** Virtual time in which everything must have come to rest. */
export const REST_BY_NS = 240 * NS_PER_S
/** A person loses patience with what is not done. */
export const CANCEL_AT_NS = 75 * NS_PER_S

const PROFILES = ['none', 'some', 'some', 'some', 'many', 'many', 'many', 'many'] as const
/** A venue that lies: what it says may break any limit, what it has traded must come out right. */
const LYING_CHANCE = 0.04
/** A fast drive, and ones so slow that a death loses orders which the venue has. */
const SYNCS_US = [300, 300, 5_000, 50_000, 300_000] as const
const LOTS_PER_BASE = 100_000
const LATENCIES_US = [2_000, 2_000, 20_000, 120_000] as const
const DEATH_COUNTS = [0, 1, 2, 3, 3, 3] as const
/** Some lives end while they begin. */
const LIVES_RECORDS = [30, 140, 140] as const
/** Mostly at the touch: a crossing order lives too short to meet trouble. */
const OFFSETS = [-2, -1, 0, 0, 0, 0, 1] as const
const TASK_COUNTS = [1, 2, 2, 2, 3, 4] as const
/** Mostly none: a step while down, in seconds. */
const WALL_STEPS_S = [0, 0, 0, 0, -3_600, -20, 20, 3_600] as const
const OTHER_TAILS: readonly Tail[] = ['kept', 'lost', 'lost']
const STOP_MS = { least: 2_000, most: 20_000 }
const RICH = { BTC: '50', USDT: '3000000' }

export function drawScenario(seed: number): Scenario {
  const prng = new Prng(seed * 2_654_435 + 17)
  const tasks = drawTasks(prng)
  const deaths = Array.from({ length: oneOf(prng, DEATH_COUNTS) }, () =>
    prng.nextInteger(1, oneOf(prng, LIVES_RECORDS)),
  )
  return {
    seed,
    faults: prng.chance(LYING_CHANCE) ? 'lying' : oneOf(prng, PROFILES),
    tasks,
    balances: drawBalances(prng, tasks),
    deaths,
    downs: deaths.map(() => drawDowntime(prng)),
    tail: prng.chance(0.5) ? 'drawn' : oneOf(prng, OTHER_TAILS),
    snapshotEvery: prng.chance(0.5) ? prng.nextInteger(30, 200) : Infinity,
    cutInSnapshot: prng.chance(0.3) ? prng.nextInteger(0, 12) : Infinity,
    stopNs: prng.chance(0.2) ? prng.nextInteger(STOP_MS.least, STOP_MS.most) * NS_PER_MS : Infinity,
    incidents: drawIncidents(prng),
    syncNs: oneOf(prng, SYNCS_US) * NS_PER_US,
    latencyNsMax: oneOf(prng, LATENCIES_US) * NS_PER_US,
    deeds: drawDeeds(prng, tasks),
    visits: drawVisits(prng, [...ACCOUNTS, OUTSIDER]),
  }
}

/** One on each account, and now and then more that share them. */
function drawTasks(prng: Prng): ScenarioTask[] {
  return Array.from({ length: oneOf(prng, TASK_COUNTS) }, (_, index) => {
    const isExtra = index > 1
    const side = isExtra ? oneOf(prng, ['sell', 'buy'] as const) : index === 0 ? 'sell' : 'buy'
    const account = isExtra ? oneOf(prng, ACCOUNTS) : ACCOUNTS[index]!
    const sliceLots = prng.nextInteger(1_000, 15_000)
    const slices = prng.nextInteger(isExtra ? 2 : 4, isExtra ? 4 : 10)
    return {
      id: `${side}-${index + 1}`,
      account,
      side,
      total: lotsText(sliceLots * slices + drawRest(prng, sliceLots)),
      slice: lotsText(sliceLots),
      style: drawStyle(prng),
    }
  })
}

/** What is left after whole slices: nothing, too little to send, or part of a slice. */
function drawRest(prng: Prng, sliceLots: number): number {
  if (prng.chance(0.1)) return 0
  return prng.chance(0.2) ? prng.nextInteger(1, 8) : prng.nextInteger(1, sliceLots - 1)
}

/** Enough of everything, or too little of what a task sells, or exactly that. */
function drawBalances(prng: Prng, tasks: readonly ScenarioTask[]): Scenario['balances'] {
  const ofSeller = tasks.filter(({ account, side }) => account === 'seller' && side === 'sell')
  const needed = ofSeller.reduce((sum, { total }) => sum + Number(total), 0)
  const draw = prng.nextFraction()
  const base = draw < 0.05 ? needed * 0.7 : draw < 0.15 ? needed : Number(RICH.BTC)
  const seller = { ...RICH, BTC: base.toFixed(5) }
  return { seller, buyer: RICH, [OUTSIDER]: RICH }
}

function drawDowntime(prng: Prng): Downtime {
  return {
    lastsNs: prng.nextInteger(5, 3_000) * NS_PER_MS,
    wallStepUs: oneOf(prng, WALL_STEPS_S) * US_PER_S,
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
  if (prng.chance(0.05)) style['max_consecutive_rejects'] = 1
  if (prng.chance(0.03)) style['max_reprices_per_minute'] = 3
  return style
}

const oneOf = <Value>(prng: Prng, values: readonly Value[]): Value =>
  values[prng.nextInteger(0, values.length - 1)]!

const lotsText = (lots: number): string => (lots / LOTS_PER_BASE).toFixed(5)
