// What the soak and its sides, each in a process of its own, say to each other.
import type { LoadReady } from './load-messages.ts'

export const SOAK_SIDES = ['floe', 'peer'] as const
export type SoakSide = (typeof SOAK_SIDES)[number]
export const NAMES: Readonly<Record<SoakSide, string>> = { floe: 'floe', peer: 'ws + JSON.parse' }

export type SoakCommand =
  | { readonly kind: 'start'; readonly venue: LoadReady }
  | { readonly kind: 'stop' }

/** Once a second. */
export interface SoakSample {
  readonly kind: 'sample'
  readonly heapBytes: number
  readonly rssBytes: number
  /** Since the process began. */
  readonly scavenges: number
  readonly markSweeps: number
  /** Orders and cancels written since the sample before. */
  readonly requests: number
  /** From a tick's read to the order written, since the sample before. */
  readonly reactionsUs: readonly number[]
}

export type SoakNews = { readonly kind: 'ready' } | SoakSample
