// Hot path.
// How soon to ask again after refusals: doubling waits, and a count of definite refusals in a row
// that turns into a fault. Keeps a dead order or a wrong parameter from becoming a loop (HP-B12).
import { NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'

const WAIT_FIRST_NS = 100 * NS_PER_MS
const WAIT_MAX_NS = 5 * NS_PER_S

export class RetryPace {
  readonly #refusalsMax: number
  #refusals = 0
  #notBeforeNs = 0

  /** `refusalsMax` definite refusals in a row are a fault. */
  constructor(refusalsMax: number) {
    this.#refusalsMax = refusalsMax
  }

  get notBeforeNs(): number {
    return this.#notBeforeNs
  }

  get isExhausted(): boolean {
    return this.#refusals >= this.#refusalsMax
  }

  get refusals(): number {
    return this.#refusals
  }

  refused(nowNs: MonoNs): void {
    const waitNs = Math.min(WAIT_FIRST_NS * 2 ** this.#refusals, WAIT_MAX_NS)
    this.#refusals++
    this.#notBeforeNs = nowNs + waitNs
  }

  /** A local condition that passes by itself: wait, count nothing. */
  later(nowNs: MonoNs, waitNs: number): void {
    this.#notBeforeNs = nowNs + waitNs
  }

  succeeded(): void {
    this.#refusals = 0
    this.#notBeforeNs = 0
  }
}
