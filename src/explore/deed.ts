// What a person does to the tasks while they run: drawn from the seed, done by person.ts.
import { NS_PER_MS } from '#core/units.ts'
import type { Prng } from '#core/prng.ts'

export const TASK_IDS = ['sell-1', 'buy-1'] as const

export const DEED_KINDS = [
  'pause',
  'pause',
  'resume',
  'cancel',
  /** Another size of slice. */
  'update',
  /** Takes the working order back at the venue, behind the engine's back. */
  'cancel_by_hand',
  'cancel_by_hand',
] as const
export type DeedKind = (typeof DEED_KINDS)[number]

export interface Deed {
  readonly kind: DeedKind
  readonly task: string
  readonly atNs: number
  /** JSON for an update, else ''. */
  readonly argument: string
}

const DEEDS_MAX = 3
const AT_MS = { least: 500, most: 12_000 }

/** In the order of time. */
export function drawDeeds(prng: Prng, otherSlice: string): Deed[] {
  const deeds = Array.from({ length: prng.nextInteger(0, DEEDS_MAX) }, () => {
    const kind = DEED_KINDS[prng.nextInteger(0, DEED_KINDS.length - 1)]!
    const argument = kind === 'update' ? JSON.stringify({ order_quantity: otherSlice }) : ''
    const task = TASK_IDS[prng.nextInteger(0, TASK_IDS.length - 1)]!
    return { kind, task, argument, atNs: prng.nextInteger(AT_MS.least, AT_MS.most) * NS_PER_MS }
  })
  return deeds.toSorted((a, b) => a.atNs - b.atNs)
}
