// The world outside the engine: virtual time, memory links, and the embedded Binance spot venue
// with its own ledger, which is the only truth that invariants are held against.
import { createHash } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_US, US_PER_S, type MonoNs } from '#core/units.ts'
import { VirtualClock } from '#core/virtual-clock.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import { Exchange } from '#sim/exchange.ts'
import type { FrontCommand } from '#sim/front.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import { MemoryHost } from '#sim/host-memory.ts'
import type { FaultProfile } from '#sim/fault-plan.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'
import { SyntheticMarket } from '#sim/synthetic-market.ts'
import type { Credentials } from '#venue/venue.ts'
import { MemoryNetwork } from '#wire/memory-network.ts'
import type { IncidentKind } from './incident.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import type { Scenario } from './scenario.ts'

/** 2026-01-01T00:00:00Z: virtual wall time begins there in every run. */
const BEGIN_US = 1_767_225_600_000_000
const HOST = '10.0.0.1'
const PORT = 9_443
/** Added to every request of a slow venue. */
const SLOW_MS = 150
/** Beyond what a request's receive window allows. */
const CLOCK_OFF_MS = 8_000
const WALL_STEP_US = 100 * US_PER_S

export const SELLER = 'seller'
export const BUYER = 'buyer'

/** An Ed25519 key that Binance's FIX documents publish, and made-up HMAC texts: no secrets. */
export const CREDENTIALS: Readonly<Record<string, Credentials>> = {
  [SELLER]: {
    kind: 'ed25519',
    key: 'ExploreSeller'.padEnd(64, '0'),
    secret:
      '-----BEGIN PRIVATE KEY-----\n' +
      'MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u\n' +
      '-----END PRIVATE KEY-----\n',
  },
  [BUYER]: { kind: 'hmac', key: 'ExploreBuyer'.padEnd(64, '0'), secret: 'ExploreBuyerSecret' },
}

const INSTRUMENT = spotInstrument('BTC', 'USDT', 2, 5)

export const URLS = {
  rest: `http://${HOST}:${PORT}`,
  ws: `ws://${HOST}:${PORT}`,
  ws_api: `ws://${HOST}:${PORT}/ws-api/v3`,
}

export class VenueWorld {
  readonly clock = new VirtualClock(BEGIN_US)
  readonly timers = new TimerWheel()
  readonly network: MemoryNetwork
  readonly exchange: Exchange
  readonly front: BinanceSpotFront
  /** Runs the living engine's turn; set by the life that is running. */
  afterRead: (nowNs: MonoNs) => void = () => {}
  readonly #host: MemoryHost
  readonly #bytes = createHash('sha256')

  constructor(scenario: Scenario, watch: LedgerWatch) {
    const prng = new Prng(scenario.seed)
    const { clock, timers } = this
    this.network = new MemoryNetwork(
      {
        clock,
        timers,
        prng: prng.fork(),
        latencyNsMin: 50 * NS_PER_US,
        latencyNsMax: scenario.latencyNsMax,
        cutAtSeededPlaces: true,
        onWritten: (bytes) => this.#bytes.update(bytes),
      },
      (nowNs) => this.afterRead(nowNs),
    )
    this.exchange = new Exchange({
      markets: [{ instrument: INSTRUMENT, source: marketOf(scenario, clock) }],
      balances: { [SELLER]: { BTC: '10' }, [BUYER]: { USDT: '1000000' } },
      startUs: clock.wallUs(),
      store: watch,
    })
    this.front = new BinanceSpotFront({
      exchange: this.exchange,
      credentials: Object.entries(CREDENTIALS).map(([account, key]) => ({ account, ...key })),
      feesBps: { maker: 10, taker: 10 },
    })
    this.#host = new MemoryHost(this.front, { clock, timers, prng: prng.fork() })
    this.network.listen(HOST, PORT, this.#host)
    this.faults(scenario.faults, scenario.seed)
  }

  faults(profile: FaultProfile, seed: number): void {
    this.#command({ name: 'faults', profile, seed })
  }

  incident(kind: IncidentKind, isOn: boolean): void {
    switch (kind) {
      case 'half_open':
        if (isOn) for (const link of this.network.links()) this.network.freeze(link)
        return
      case 'venue_down':
        if (!isOn) return this.network.listen(HOST, PORT, this.#host)
        this.network.refuse(HOST, PORT)
        return this.#command({ name: 'disconnect' })
      case 'disconnect':
      case 'shutdown_notice':
        if (isOn) this.#command({ name: kind })
        return
      case 'silence':
        return this.#command({ name: kind, silent: isOn })
      case 'maintenance':
        return this.#command({ name: kind, on: isOn })
      case 'halt':
        return this.#command({ name: kind, symbol: INSTRUMENT.venueSymbol, halted: isOn })
      case 'slow_venue':
        return this.#command({ name: 'latency', ms: isOn ? SLOW_MS : 0 })
      case 'wall_ahead':
        return this.clock.stepWall(isOn ? WALL_STEP_US : -WALL_STEP_US)
      case 'wall_behind':
        return this.clock.stepWall(isOn ? -WALL_STEP_US : WALL_STEP_US)
      case 'venue_clock':
        return this.#command({ name: 'clock_offset', ms: isOn ? CLOCK_OFF_MS : 0 })
    }
  }

  /** Somebody takes the account's open orders back on the venue's own page. */
  cancelByHand(account: string): void {
    for (const { orderId } of this.exchange.openOrders(account)) {
      this.exchange.cancel(account, INSTRUMENT.symbol, { orderId }, this.nowUs())
    }
  }

  /** The engine's process is gone: what it had written still leaves the machine. */
  endAll(): void {
    for (const link of this.network.links()) link.close()
  }

  /** The machine under the engine's connections is gone: what was under way is lost. */
  cutAll(): void {
    for (const link of this.network.links()) this.network.cut(link)
  }

  /** Of every byte that was written on any link, both ways. */
  bytesDigest(): string {
    return this.#bytes.copy().digest('hex')
  }

  nowUs(): number {
    return this.#host.nowUs(this.clock.nowNs())
  }

  ledger(): LedgerView {
    return this.exchange.ledger()
  }

  #command(command: FrontCommand): void {
    this.front.command(command, this.nowUs())
  }

  /** Moves to the next thing that happens anywhere, at the latest to `untilNs`. */
  step(untilNs: MonoNs): MonoNs {
    const nextNs = Math.min(untilNs, Math.max(this.clock.nowNs(), this.timers.nextDeadlineNs()))
    this.clock.advanceTo(monoNs(nextNs))
    this.timers.advance(monoNs(nextNs))
    return monoNs(nextNs)
  }
}

function marketOf(scenario: Scenario, clock: Clock): SyntheticMarket {
  return new SyntheticMarket(INSTRUMENT, {
    seed: scenario.seed,
    startUs: clock.wallUs(),
    fairPrice: '60000.00',
  })
}
