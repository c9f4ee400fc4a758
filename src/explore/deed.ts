// What a person does to the tasks while they run: drawn from the seed, done by person.ts.
import { NS_PER_MS } from '#core/units.ts'
import type { Prng } from '#core/prng.ts'
import type { ScenarioTask } from './scenario.ts'

export const DEED_KINDS = [
  'pause',
  'pause',
  'resume',
  'cancel',
  'recover',
  /** Another size of slice, another distance from the touch, or more to do. */
  'update',
  'update',
  /** Takes the working orders of the account back at the venue, behind the engine's back. */
  'cancel_by_hand',
  'cancel_by_hand',
  /** The same right before a cancel of our own, which then finds nothing. */
  'cancel_twice',
  /** One word right after the other. */
  'pause_and_cancel',
  /** The kill switch: for everything, until it is released. */
  'kill',
] as const
export type DeedKind = (typeof DEED_KINDS)[number]

export interface Deed {
  readonly kind: DeedKind
  readonly task: string
  readonly account: string
  readonly atNs: number
  /** JSON for an update, else ''. */
  readonly argument: string
}

const DEEDS_MAX = 4
const AT_MS = { least: 300, most: 12_000 }
/** Soon enough to find the first order in any state. */
const EARLY_MS = { least: 20, most: 1_500 }

/** In the order of time. */
export function drawDeeds(prng: Prng, tasks: readonly ScenarioTask[]): Deed[] {
  const deeds = Array.from({ length: prng.nextInteger(0, DEEDS_MAX) }, () => {
    const kind = DEED_KINDS[prng.nextInteger(0, DEED_KINDS.length - 1)]!
    const task = tasks[prng.nextInteger(0, tasks.length - 1)]!
    const range = prng.chance(0.15) ? EARLY_MS : AT_MS
    const argument = kind === 'update' ? JSON.stringify(drawUpdate(prng, task)) : ''
    const atNs = prng.nextInteger(range.least, range.most) * NS_PER_MS
    return { kind, task: task.id, account: task.account, argument, atNs }
  })
  return deeds.toSorted((a, b) => a.atNs - b.atNs)
}

function drawUpdate(prng: Prng, task: ScenarioTask): Record<string, unknown> {
  const draw = prng.nextFraction()
  if (draw < 0.5) return { order_quantity: times(task.slice, 0.5) }
  if (draw < 0.8) return { offset_ticks: prng.nextInteger(-1, 2) }
  // Less than is filled by then is more than enough.
  return { total_quantity: times(task.total, draw < 0.9 ? 1.25 : 0.6) }
}

const times = (quantity: string, factor: number): string =>
  (Math.ceil(Number(quantity) * factor * 1e5) / 1e5).toFixed(5)
