// Dies at every record, not at some: one short scenario for each kind of task and side is run once
// to count the records of its journal, and then once for every record with a death there, with what
// the disk had not synced kept and lost.
import { NS_PER_MS, NS_PER_US } from '#core/units.ts'
import { exploreScenario, type Exploration } from './exploration.ts'
import { OUTSIDER, type Scenario } from './scenario.ts'
import type { Tail } from './troubled-disk.ts'

export const SWEEP_TASKS = ['iceberg'] as const
export const SWEEP_SIDES = ['sell', 'buy'] as const
/** What a death leaves of what was not synced. */
export const SWEEP_TAILS: readonly Tail[] = ['kept', 'lost']

export interface CrashPoint {
  readonly task: (typeof SWEEP_TASKS)[number]
  readonly side: (typeof SWEEP_SIDES)[number]
  readonly tail: Tail
  /** The record that is the last; Infinity for a life that is not cut short. */
  readonly record: number
}

const RICH = { BTC: '10', USDT: '1000000' }
const DOWN_NS = 20 * NS_PER_MS
const SYNC_NS = 2 * NS_PER_MS
const LATENCY_NS_MAX = 2_000 * NS_PER_US
/** Sides differ in their market as well. */
const SEEDS = { sell: 71, buy: 72 } as const

export const crashAt = (point: CrashPoint): Exploration => exploreScenario(scenarioOf(point))

/** Every death that one side's scenario can die, by the records of its undisturbed life. */
export function crashPoints(task: CrashPoint['task'], side: CrashPoint['side']): CrashPoint[] {
  const whole = crashAt({ task, side, tail: 'kept', record: Infinity })
  const records = Array.from({ length: whole.records }, (_, index) => index + 1)
  return SWEEP_TAILS.flatMap((tail) => records.map((record) => ({ task, side, tail, record })))
}

export const crashName = ({ task, side, tail, record }: CrashPoint): string =>
  `${task} ${side}, record ${record}, tail ${tail}`

function scenarioOf({ side, tail, record }: CrashPoint): Scenario {
  const isEndless = record === Infinity
  const style = { offset_ticks: 0, tick_tolerance: 1, reprice_interval: '100ms' }
  return {
    seed: SEEDS[side],
    faults: 'none',
    tasks: [
      {
        id: `${side}-1`,
        account: side === 'sell' ? 'seller' : 'buyer',
        side,
        total: '0.25000',
        slice: '0.10000',
        style,
      },
    ],
    balances: { seller: RICH, buyer: RICH, [OUTSIDER]: RICH },
    deaths: isEndless ? [] : [record],
    downs: isEndless ? [] : [{ lastsNs: DOWN_NS, wallStepUs: 0 }],
    tail,
    snapshotEvery: Infinity,
    cutInSnapshot: Infinity,
    stopNs: Infinity,
    incidents: [],
    syncNs: SYNC_NS,
    latencyNsMax: LATENCY_NS_MAX,
    deeds: [],
    visits: [],
  }
}
