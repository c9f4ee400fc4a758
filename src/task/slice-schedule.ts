// Hot path.
// Which slice comes next, how large it wants to be and when it may go (H6, H8, H27).
// The same seed and slice number give the same jitter, also after a restart.
import { Prng } from '#core/prng.ts'
import { qtyUnits, type MonoNs, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { SliceRule } from './slice-size.ts'

export interface SlicePlan {
  readonly orderQty: QtyUnits
  readonly sizeJitterFraction: number
  readonly sliceIntervalNs: number
  readonly timeJitterFraction: number
}

export class SliceSchedule {
  readonly #rule: SliceRule
  readonly #seed: number
  /** The next order replaces one that was taken back: no jitter, no slice interval. */
  isReplacement = false
  #count = 0
  #allowedNs = 0

  constructor(instrument: Instrument, seed: number) {
    this.#rule = new SliceRule(instrument)
    this.#seed = seed
  }

  /** After a restart: slices already begun. */
  restore(count: number): void {
    this.#count = count
  }

  /** The quantity to offer at `price`; 0 when the remainder is too small to send. */
  nextQty(plan: SlicePlan, remaining: QtyUnits, price: PriceUnits): QtyUnits {
    return this.#rule.slice(this.#wantedQty(plan), remaining, price)
  }

  get allowedNs(): number {
    return this.isReplacement ? 0 : this.#allowedNs
  }

  placed(): void {
    if (!this.isReplacement) this.#count++
    this.isReplacement = false
  }

  filled(plan: SlicePlan, nowNs: MonoNs): void {
    const jitter = 1 + plan.timeJitterFraction * (2 * this.#draw(1) - 1)
    this.#allowedNs = nowNs + plan.sliceIntervalNs * jitter
    this.isReplacement = false
  }

  #wantedQty(plan: SlicePlan): QtyUnits {
    if (plan.sizeJitterFraction === 0 || this.isReplacement) return plan.orderQty
    const jitter = 1 + plan.sizeJitterFraction * (2 * this.#draw(0) - 1)
    return qtyUnits(Math.round(plan.orderQty * jitter))
  }

  /** Uniform in [0, 1). */
  #draw(stream: number): number {
    return new Prng(this.#seed + this.#count * 2 + stream).nextFraction()
  }
}
