// The fills of orders that are remembered, by order; those of all others go into the sums.
import { isRecent, orderKey, type ForgottenSums } from './forgetting.ts'
import type { Moment, PastFill } from './past-facts.ts'

export class PastFills {
  readonly #byOrder = new Map<string, PastFill[]>()
  readonly #forgotten: ForgottenSums

  constructor(forgotten: ForgottenSums) {
    this.#forgotten = forgotten
  }

  all(): PastFill[] {
    return [...this.#byOrder.values()].flat()
  }

  keep(fill: PastFill): void {
    const key = orderKey(fill.fill)
    const fills = this.#byOrder.get(key)
    if (fills === undefined) this.#byOrder.set(key, [fill])
    else fills.push(fill)
  }

  /** Those of an order that is not remembered: only the latest may still be listed. */
  forget(key: string, now: Moment): void {
    const fills = this.#byOrder.get(key)
    if (fills === undefined) return
    const recent = fills.filter(({ booked }) => isRecent(booked, now))
    if (recent.length === fills.length) return
    this.#forgotten.addFills(fills.filter(({ booked }) => !isRecent(booked, now)))
    if (recent.length === 0) this.#byOrder.delete(key)
    else this.#byOrder.set(key, recent)
  }

  /** Forgets those of all orders but these. */
  sift(kept: { has(key: string): boolean }, now: Moment): void {
    for (const key of this.#byOrder.keys()) if (!kept.has(key)) this.forget(key, now)
    this.#forgotten.rescale()
  }
}
