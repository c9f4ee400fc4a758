// Hot path.
// At most `limit` sends in any second, exactly: a ring of the last `limit` send times.
import { assert } from '#core/assert.ts'
import { NS_PER_S, type MonoNs } from '#core/units.ts'

export class SendRate {
  readonly #sentNs: Float64Array
  #next = 0

  constructor(limit: number) {
    assert(limit > 0, 'a send rate allows at least one order a second')
    this.#sentNs = new Float64Array(limit).fill(-Infinity)
  }

  get limit(): number {
    return this.#sentNs.length
  }

  admits(nowNs: MonoNs): boolean {
    return nowNs - this.#sentNs[this.#next]! >= NS_PER_S
  }

  sent(nowNs: MonoNs): void {
    this.#sentNs[this.#next] = nowNs
    this.#next = this.#next + 1 === this.#sentNs.length ? 0 : this.#next + 1
  }
}
