// Sockets, clock and timers for taking orders back without an engine: what the watchdog's process
// and `floe kill --without-engine` run their sweeps in.
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import type { MonoNs } from '#core/units.ts'
import { EventLoop, type Turning } from '#loop/event-loop.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { VenueRescue } from '#venue/venue.ts'
import { AccountSweep, type SweepOwner } from '#watchdog/account-sweep.ts'
import type { WatchLog } from '#watchdog/watch-log.ts'
import type { WatchedAccount } from '#watchdog/watchdog-spec.ts'
import { NetDialer } from '#wire/net-link.ts'

const TIMERS_MAX = 4_096

export class RescueRoom implements Turning {
  readonly clock = new RealClock()
  readonly timers = new TimerWheel(TIMERS_MAX)
  readonly hasWork = false
  readonly #loop: EventLoop
  readonly #rescues: VenueRescue[] = []

  constructor(onCrash: (thrown: unknown) => void) {
    this.#loop = new EventLoop({ clock: this.clock, onCrash })
    this.#loop.start(this)
  }

  /** One for each account, on connections of its own. */
  sweepsFor(
    accounts: readonly WatchedAccount[],
    owner: SweepOwner,
    log: WatchLog,
  ): readonly AccountSweep[] {
    const { clock, timers } = this
    const prng = new Prng(clock.wallUs() % 0xffff_ffff)
    const dialer = new NetDialer(clock, this.#loop.afterRead)
    return accounts.map(({ market, name, urls, credentials }) => {
      const make = findVenueMake(market)
      const rescue = make.createRescue({ dialer, timers, prng }, urls, credentials)
      this.#rescues.push(rescue)
      return new AccountSweep({ market, name, rescue, owner, timers, prng, log })
    })
  }

  /** After something happened that no socket of this room brought. */
  wake(): void {
    this.#loop.afterRead(this.clock.nowNs())
  }

  stop(): void {
    for (const rescue of this.#rescues) rescue.stop(this.clock.nowNs())
    this.#loop.stop()
  }

  turn(nowNs: MonoNs): void {
    this.timers.advance(nowNs)
  }

  nextDeadlineNs(): MonoNs {
    return this.timers.nextDeadlineNs()
  }
}
