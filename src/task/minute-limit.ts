// Hot path.
// At most so many events in any rolling minute, exactly: the times of the last minute in a ring
// (H23). Most tasks are far from their limit, so the ring begins small and grows up to it.
import { assert } from '#core/assert.ts'
import { NS_PER_S, type MonoNs } from '#core/units.ts'

const MINUTE_NS = 60 * NS_PER_S
const TIMES_FIRST = 8

export class MinuteLimit {
  readonly #limit: number
  #timesNs: Float64Array
  #head = 0
  #count = 0

  constructor(limit: number) {
    assert(limit > 0, 'a limit allows at least one event')
    this.#limit = limit
    this.#timesNs = new Float64Array(Math.min(limit, TIMES_FIRST))
  }

  admits(nowNs: MonoNs): boolean {
    this.#forgetOlder(nowNs)
    return this.#count < this.#limit
  }

  /** Of an event that was admitted. */
  count(nowNs: MonoNs): void {
    this.#forgetOlder(nowNs)
    assert(this.#count < this.#limit, 'only what was admitted is counted')
    if (this.#count === this.#timesNs.length) this.#grow()
    this.#timesNs[(this.#head + this.#count) % this.#timesNs.length] = nowNs
    this.#count++
  }

  #forgetOlder(nowNs: MonoNs): void {
    while (this.#count > 0 && nowNs - this.#timesNs[this.#head]! >= MINUTE_NS) {
      this.#head = (this.#head + 1) % this.#timesNs.length
      this.#count--
    }
  }

  #grow(): void {
    const before = this.#timesNs
    const grown = new Float64Array(Math.min(this.#limit, 2 * before.length))
    for (let i = 0; i < before.length; i++) {
      grown[i] = before[(this.#head + i) % before.length]!
    }
    this.#timesNs = grown
    this.#head = 0
  }
}
