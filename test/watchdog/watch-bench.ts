// Sweeps and a watchdog over a fake venue, in time that a test moves.
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { AccountSweep } from '#watchdog/account-sweep.ts'
import type { WatchFields, WatchLog } from '#watchdog/watch-log.ts'
import { FakeRescue, INSTANCE } from './fake-rescue.ts'

export const WINDOW_MS = 3_000
/** Of the engine that is watched. */
export const INCARNATION = 5

export class WatchBench implements WatchLog {
  readonly timers = new TimerWheel(64)
  readonly rescue = new FakeRescue(WINDOW_MS * NS_PER_MS)
  readonly told: string[] = []
  readonly sweep: AccountSweep
  nowNs = monoNs(NS_PER_S)

  constructor() {
    this.sweep = new AccountSweep({
      market: 'test_spot',
      name: 'main',
      rescue: this.rescue,
      owner: { instance: INSTANCE, incarnationMax: INCARNATION },
      timers: this.timers,
      prng: new Prng(1),
      log: this,
    })
  }

  tell(event: string, fields: WatchFields): void {
    const { venue: _venue, account: _account, ...rest } = fields
    this.told.push([event, ...Object.values(rest)].join(' '))
  }

  /** `ms` from now on, in steps of 10 ms. */
  wait(ms: number, eachMs: (ms: number) => void = () => {}): this {
    for (let passed = 10; passed <= ms; passed += 10) {
      this.nowNs = monoNs(this.nowNs + 10 * NS_PER_MS)
      this.timers.advance(this.nowNs)
      eachMs(passed)
    }
    return this
  }
}
