// Time that moves only when told to: the clock of exploration, replay and tests.
import { assert } from './assert.ts'
import type { Clock } from './clock.ts'
import { monoNs, NS_PER_US, wallUs, type MonoNs, type WallUs } from './units.ts'

export class VirtualClock implements Clock {
  #nowNs = 0
  #wallBaseUs: number

  /** `wallUsAtZero`: what the wall clock shows when the monotonic clock shows 0. */
  constructor(wallUsAtZero: number) {
    this.#wallBaseUs = wallUsAtZero
  }

  nowNs(): MonoNs {
    return monoNs(this.#nowNs)
  }

  wallUs(): WallUs {
    return wallUs(this.#wallBaseUs + Math.floor(this.#nowNs / NS_PER_US))
  }

  advanceTo(nowNs: MonoNs): void {
    assert(nowNs >= this.#nowNs, 'virtual time never runs backwards')
    this.#nowNs = nowNs
  }

  /** Steps the wall clock alone, as an administrator or NTP would. */
  stepWall(byUs: number): void {
    this.#wallBaseUs += byUs
  }
}
