// A venue's surroundings without an engine: sockets, timers and tables, and somebody who waits for
// one thing at a time. `floe check` asks venues through it; nothing in here can place an order.
import { NEVER_NS, NS_PER_S, monoNs, type MonoNs } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { EventLoop, type Turning } from '#loop/event-loop.ts'
import { InstrumentTable } from '#market/instrument.ts'
import type { MarketSink } from '#market/market-sink.ts'
import { OrderTable } from '#order/order-table.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import type { VenueContext } from '#venue/venue.ts'
import { NetDialer } from '#wire/net-link.ts'

/** What a venue owes an answer within; a slow one is a finding of its own. */
const PATIENCE_NS = 5 * NS_PER_S

export interface SeenTop {
  readonly bid: number
  readonly ask: number
}

interface Waiter {
  readonly isTrue: () => boolean
  readonly deadlineNs: MonoNs
  readonly resolve: (inTime: boolean) => void
}

export class PreflightRoom implements Turning {
  readonly clock = new RealClock()
  readonly context: VenueContext
  /** By instrument, from the ticker stream. */
  readonly tops = new Map<number, SeenTop>()
  /** Accounts whose private stream and order entry are up. */
  readonly accountsUp = new Set<number>()
  /** `account asset` → free, decimal text. */
  readonly free = new Map<string, string>()
  /** Tokens of listings that have ended, and whether they were complete. */
  readonly listings = new Map<number, boolean>()
  /** The latest thing a venue complained of: the best reason for a silence. */
  complaint = ''
  /** A venue has said no to a key since the wait began: waiting on changes nothing. */
  isLogonRefused = false
  readonly #timers = new TimerWheel()
  readonly #events = new VenueEventQueue()
  readonly #loop: EventLoop
  #waiter: Waiter | null = null

  constructor() {
    this.#loop = new EventLoop({
      clock: this.clock,
      onCrash: (thrown) => {
        throw thrown
      },
    })
    this.context = {
      dialer: new NetDialer(this.clock, this.#loop.afterRead),
      timers: this.#timers,
      prng: new Prng(this.clock.wallUs() % 0xffff_ffff),
      instruments: new InstrumentTable(),
      market: this.#tickerSink(),
      orders: new OrderTable(),
      kernels: TYPESCRIPT_KERNELS,
      events: this.#events,
      notices: {
        notice: (level, code, text) => {
          if (level !== 'info') this.complaint = text
          if (code === 'logon_refused') this.isLogonRefused = true
        },
      },
    }
    this.#loop.start(this)
  }

  /** Resolves to false when patience has run out. One wait at a time. */
  until(isTrue: () => boolean): Promise<boolean> {
    this.complaint = ''
    this.isLogonRefused = false
    return new Promise((resolve) => {
      const nowNs = this.clock.nowNs()
      this.#waiter = { isTrue, deadlineNs: monoNs(nowNs + PATIENCE_NS), resolve }
      this.#loop.afterRead(nowNs)
    })
  }

  stop(): void {
    this.#loop.stop()
  }

  turn(nowNs: MonoNs): void {
    this.#timers.advance(nowNs)
    for (let event = this.#events.take(); event !== null; event = this.#events.take()) {
      this.#note(event)
    }
    const waiter = this.#waiter
    if (waiter === null) return
    const isTrue = waiter.isTrue()
    if (!isTrue && nowNs < waiter.deadlineNs) return
    this.#waiter = null
    waiter.resolve(isTrue)
  }

  nextDeadlineNs(): MonoNs {
    const deadlineNs = this.#waiter?.deadlineNs ?? NEVER_NS
    return monoNs(Math.min(deadlineNs, this.#timers.nextDeadlineNs()))
  }

  get hasWork(): boolean {
    return this.#events.count > 0
  }

  #note(event: VenueEvent): void {
    if (event.kind === VenueEventKind.SessionUp) this.accountsUp.add(event.account)
    if (event.kind === VenueEventKind.SessionDown) this.accountsUp.delete(event.account)
    if (event.kind === VenueEventKind.ListingEnd) this.listings.set(event.token, event.complete)
    if (event.kind === VenueEventKind.Balance) {
      this.free.set(`${event.account} ${event.asset}`, event.free)
    }
  }

  /** Of market data only the touch is looked at. */
  #tickerSink(): MarketSink {
    return {
      onDepthDiff: ignore,
      onDepthSnapshot: ignore,
      onTrade: ignore,
      onProofOfLife: ignore,
      onFeedLost: ignore,
      onTicker: (instrument, _updateId, bid, _bidQty, ask) => {
        this.tops.set(instrument, { bid, ask })
      },
    }
  }
}

function ignore(): void {}
