// Hot path.
// What we may still ask of a venue in the current window, shared by lanes: when it runs short,
// queries stop first and cancels last.
//
//   limit ├──────────────────────────────────────────────┤
//   query ├───────────────────────────┤ (may not touch the reserved rest)
//   open  ├──────────────────────────────────┤
//   cancel├──────────────────────────────────────────────┤
//
// The venue's own count corrects ours upwards only: its headers are older than our last sends.
import { assert } from '#core/assert.ts'
import { monoNs, type MonoNs } from '#core/units.ts'

/** Lanes in order of precedence: the last to be refused is cancel. */
export const Lane = { Cancel: 0, Hedge: 1, Reduce: 2, Open: 3, Query: 4 } as const
export type Lane = (typeof Lane)[keyof typeof Lane]

const LANE_COUNT = 5

export interface RateBudgetOptions {
  readonly name: string
  readonly windowNs: number
  /** Cost units that the venue allows in one window. */
  readonly limit: number
  /** Share of the limit that each lane may not touch, by Lane: e.g. [0, 0.05, 0.1, 0.2, 0.3]. */
  readonly reservedFractions: readonly number[]
}

/** One fixed window aligned to the venue's clock, fed by our sends and corrected by its headers. */
export class RateBudget {
  readonly name: string
  readonly #windowNs: number
  readonly #reservedFractions: Float64Array
  readonly #laneLimits = new Float64Array(LANE_COUNT)
  #limit = 0
  #used = 0
  /** Number of the current window since the venue's epoch. */
  #window = -1
  #venueOffsetNs = 0
  #blockedUntilNs = monoNs(0)

  constructor(options: RateBudgetOptions) {
    const fractions = options.reservedFractions
    assert(options.windowNs > 0, 'a rate window has a length')
    assert(fractions.length === LANE_COUNT, 'every lane has its reserved share')
    for (let lane = 0; lane < LANE_COUNT; lane++) {
      assert(fractions[lane]! >= 0 && fractions[lane]! < 1, 'a reserved share is in [0, 1)')
    }
    this.name = options.name
    this.#windowNs = options.windowNs
    this.#reservedFractions = Float64Array.from(fractions)
    this.setLimit(options.limit)
  }

  /** Spent in the window of the last call. */
  get used(): number {
    return this.#used
  }

  get limit(): number {
    return this.#limit
  }

  /** Takes `cost` if the lane may spend it now. */
  spend(lane: Lane, cost: number, nowNs: MonoNs): boolean {
    if (nowNs < this.#blockedUntilNs) return false
    this.#roll(nowNs)
    const usedAfter = this.#used + cost
    if (usedAfter > this.#laneLimits[lane]!) return false
    this.#used = usedAfter
    return true
  }

  /** The venue's own count for the window. Ours stands where it is higher: sends under way. */
  observe(used: number, nowNs: MonoNs): void {
    this.#roll(nowNs)
    if (used > this.#used) this.#used = used
  }

  /** New limit read from the venue; shares are of this one from now on. */
  setLimit(limit: number): void {
    assert(limit > 0, 'a rate limit allows something')
    this.#limit = limit
    for (let lane = 0; lane < LANE_COUNT; lane++) {
      this.#laneLimits[lane] = Math.floor(limit * (1 - this.#reservedFractions[lane]!))
    }
  }

  /** 429/418: nothing is spent before then. An earlier time never shortens a longer block. */
  blockUntil(untilNs: MonoNs): void {
    if (untilNs > this.#blockedUntilNs) this.#blockedUntilNs = untilNs
  }

  /** Windows begin where nowNs + offsetNs is a multiple of them: the venue's clock less ours. */
  align(offsetNs: number): void {
    this.#venueOffsetNs = offsetNs
  }

  /** When the next window begins or the block ends, whichever is later: the time to try again. */
  retryAtNs(nowNs: MonoNs): MonoNs {
    const venueNs = nowNs + this.#venueOffsetNs
    const nextNs = nowNs + this.#windowNs - (venueNs % this.#windowNs)
    return monoNs(Math.max(nextNs, this.#blockedUntilNs))
  }

  /** Only forwards: an offset that is corrected backwards must not give a window twice. */
  #roll(nowNs: MonoNs): void {
    const window = Math.floor((nowNs + this.#venueOffsetNs) / this.#windowNs)
    if (window <= this.#window) return
    this.#window = window
    this.#used = 0
  }
}
