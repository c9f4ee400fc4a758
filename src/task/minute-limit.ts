// Hot path.
// At most so many events in any rolling minute, exactly: a ring of the last times (H23).
import { assert } from '#core/assert.ts'
import { NS_PER_S, type MonoNs } from '#core/units.ts'

const MINUTE_NS = 60 * NS_PER_S

export class MinuteLimit {
  readonly #timesNs: Float64Array
  #next = 0

  constructor(limit: number) {
    assert(limit > 0, 'a limit allows at least one event')
    this.#timesNs = new Float64Array(limit).fill(-Infinity)
  }

  admits(nowNs: MonoNs): boolean {
    return nowNs - this.#timesNs[this.#next]! >= MINUTE_NS
  }

  count(nowNs: MonoNs): void {
    this.#timesNs[this.#next] = nowNs
    this.#next = this.#next + 1 === this.#timesNs.length ? 0 : this.#next + 1
  }
}
