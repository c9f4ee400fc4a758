import type { MonoNs } from '#core/units.ts'

/** Lanes in order of precedence (HP-C9): the last to be refused is cancel. */
export const Lane = { Cancel: 0, Hedge: 1, Reduce: 2, Open: 3, Query: 4 } as const
export type Lane = (typeof Lane)[keyof typeof Lane]

/** One fixed window aligned to the venue's clock, fed by our sends and corrected by its headers. */
export class RateBudget {
  constructor(_options: {
    readonly name: string
    readonly windowNs: number
    readonly limit: number
    /** Share of the limit that each lane may not touch, by Lane: e.g. [0, 0.05, 0.1, 0.2, 0.3]. */
    readonly reservedFractions: readonly number[]
  }) {
    throw new Error('not built yet')
  }
  /** Takes `cost` if the lane may spend it now. */
  spend(_lane: Lane, _cost: number, _nowNs: MonoNs): boolean {
    throw new Error('not built yet')
  }
  /** The venue's own count for the current window. */
  observe(_used: number, _nowNs: MonoNs): void {
    throw new Error('not built yet')
  }
  /** New limit read from the venue. */
  setLimit(_limit: number): void {
    throw new Error('not built yet')
  }
  /** 429/418: nothing is spent before then. */
  blockUntil(_untilNs: MonoNs): void {
    throw new Error('not built yet')
  }
}
