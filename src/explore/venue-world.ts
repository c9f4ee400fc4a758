// The world outside the engine: virtual time, memory links, and the embedded Binance spot venue
// with its own ledger, which is the only truth that invariants are held against. The venue's
// process may die as well: another one then reads the ledger and goes on.
import { createHash } from 'node:crypto'
import { textFromUnits } from '#core/decimal.ts'
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_US, Side, US_PER_S, wallUs } from '#core/units.ts'
import type { MonoNs } from '#core/units.ts'
import { VirtualClock } from '#core/virtual-clock.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import type { RequestTap } from '#sim/binance-spot/method.ts'
import { Exchange } from '#sim/exchange.ts'
import type { FrontCommand } from '#sim/front.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import { MemoryHost } from '#sim/host-memory.ts'
import type { FaultProfile } from '#sim/fault-plan.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'
import { SyntheticMarket } from '#sim/synthetic-market.ts'
import type { Credentials } from '#venue/venue.ts'
import { MemoryNetwork } from '#wire/memory-network.ts'
import { addCounts, type Counts } from './fault-kinds.ts'
import type { Incident, IncidentKind } from './incident.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import type { Scenario } from './scenario.ts'
import type { Visit } from './stranger.ts'

/** 2026-01-01T00:00:00Z: virtual wall time begins there in every run. */
const BEGIN_US = 1_767_225_600_000_000
const HOST = '10.0.0.1'
const PORT = 9_443
/** Added to every request of a slow venue. */
const SLOW_MS = 150
/** Beyond what a request's receive window allows. */
const CLOCK_OFF_MS = 8_000
const WALL_STEP_US = 100 * US_PER_S
const TIMERS_MAX = 4_096
const FAIR_PRICE = '60000.00'

/** An Ed25519 key that Binance's FIX documents publish, and made-up HMAC texts: no secrets. */
export const CREDENTIALS: Readonly<Record<string, Credentials>> = {
  seller: {
    kind: 'ed25519',
    key: 'ExploreSeller'.padEnd(64, '0'),
    secret:
      '-----BEGIN PRIVATE KEY-----\n' +
      'MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u\n' +
      '-----END PRIVATE KEY-----\n',
  },
  buyer: { kind: 'hmac', key: 'ExploreBuyer'.padEnd(64, '0'), secret: 'ExploreBuyerSecret' },
}

export const INSTRUMENT = spotInstrument('BTC', 'USDT', 2, 5)

export const URLS = {
  rest: `http://${HOST}:${PORT}`,
  ws: `ws://${HOST}:${PORT}`,
  ws_api: `ws://${HOST}:${PORT}/ws-api/v3`,
}

/** One life of the venue's process. */
interface VenueLife {
  readonly exchange: Exchange
  readonly front: BinanceSpotFront
  readonly host: MemoryHost
}

export class VenueWorld {
  readonly clock = new VirtualClock(BEGIN_US)
  readonly timers = new TimerWheel(TIMERS_MAX)
  readonly network: MemoryNetwork
  /** Runs the living engine's turn; set by the life that is running. */
  afterRead: (nowNs: MonoNs) => void = () => {}
  /** Hears of every request that the venue is about to carry out. */
  onRequest: RequestTap = () => {}
  readonly #scenario: Scenario
  readonly #watch: LedgerWatch
  readonly #prng: Prng
  readonly #bytes = createHash('sha256')
  /** Of earlier lives of the venue. */
  readonly #countsBefore: Counts = {}
  /** What is the matter with the venue now: its next life inherits it. */
  readonly #conditions = new Map<string, FrontCommand>()
  /** Incidents for which nobody listens. */
  readonly #deafFor = new Set<IncidentKind>()
  #venue: VenueLife
  #isVenueUp = true

  constructor(scenario: Scenario, watch: LedgerWatch) {
    this.#scenario = scenario
    this.#watch = watch
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
    this.#prng = prng.fork()
    this.#venue = this.#open(FAIR_PRICE)
    this.network.listen(HOST, PORT, this.#venue.host)
    this.faults(scenario.faults, scenario.seed)
  }

  get exchange(): Exchange {
    return this.#venue.exchange
  }

  get front(): BinanceSpotFront {
    return this.#venue.front
  }

  /** Messages by kind, and what was made of some, over every life of the venue. */
  messageCounts(): Counts {
    const counts = { ...this.#countsBefore }
    addCounts(counts, Object.fromEntries(this.front.messageCounts))
    return counts
  }

  faults(profile: FaultProfile, seed: number): void {
    this.#set('faults', { name: 'faults', profile, seed })
  }

  incident({ kind, beginNs, endNs }: Incident, isOn: boolean): void {
    const lastsMs = Math.ceil((endNs - beginNs) / 1e6)
    switch (kind) {
      case 'half_open':
        if (isOn) for (const link of this.network.links()) this.network.freeze(link)
        return
      case 'venue_down':
        return this.#deafen(kind, isOn)
      case 'venue_restart':
        return isOn ? this.#die() : this.#revive()
      case 'disconnect':
        if (isOn) this.#command({ name: kind })
        return
      case 'shutdown_notice':
        return this.#shutDown(isOn)
      case 'silence':
        return this.#set(kind, { name: kind, silent: isOn })
      case 'maintenance':
        return this.#set(kind, { name: kind, on: isOn })
      case 'halt':
        return this.#set(kind, { name: kind, symbol: INSTRUMENT.venueSymbol, halted: isOn })
      case 'slow_venue':
        return this.#set(kind, { name: 'latency', ms: isOn ? SLOW_MS : 0 })
      case 'rate_limited':
      case 'banned':
        return this.#set('ban', {
          name: 'ban',
          status: kind === 'banned' ? 418 : 429,
          ms: isOn ? lastsMs : 0,
        })
      case 'wall_ahead':
        return this.clock.stepWall(isOn ? WALL_STEP_US : -WALL_STEP_US)
      case 'wall_behind':
        return this.clock.stepWall(isOn ? -WALL_STEP_US : WALL_STEP_US)
      case 'venue_ahead':
      case 'venue_behind':
        return this.#setClock(kind === 'venue_ahead' ? 1 : -1, isOn)
      case 'disk_full':
      case 'disk_stuck':
        // The engine's own machine, not this world.
        return
    }
  }

  /** Somebody places an order on the venue's own page. */
  placeByHand(clientOrderId: string, { account, side, ticksBehind, lots }: Visit): void {
    if (!this.#isVenueUp) return
    const depth = this.exchange.depth(INSTRUMENT.symbol, 1)
    const own = side === Side.Buy ? depth.bids[0] : depth.asks[0]
    if (own === undefined) return
    const priceUnits = own[0] + (side === Side.Buy ? -ticksBehind : ticksBehind)
    const request = {
      account,
      symbol: INSTRUMENT.symbol,
      clientOrderId,
      side,
      type: OrderType.Limit,
      timeInForce: TimeInForce.Gtc,
      priceUnits,
      qtyUnits: lots,
    }
    this.#watch.byHand(() => this.exchange.place(request, this.nowUs()))
  }

  /** Whoever placed it takes it back there, if it is still open. */
  takeBackByHand(clientOrderId: string): void {
    const { symbol } = INSTRUMENT
    for (const account of Object.keys(this.#scenario.balances)) {
      const order = this.exchange.order(account, symbol, { clientOrderId })
      if (order === undefined || !this.#isVenueUp) continue
      this.#watch.byHand(() =>
        this.exchange.cancel(account, symbol, { clientOrderId }, this.nowUs()),
      )
    }
  }

  /** Somebody takes all of the account's open orders back. Returns how many there were. */
  cancelByHand(account: string): number {
    if (!this.#isVenueUp) return 0
    const open = this.exchange.openOrders(account)
    for (const { orderId } of open) {
      this.#watch.byHand(() =>
        this.exchange.cancel(account, INSTRUMENT.symbol, { orderId }, this.nowUs()),
      )
    }
    return open.length
  }

  /** The engine's process is gone: what it had written still leaves the machine. */
  endAll(): void {
    for (const link of this.network.links()) link.close()
  }

  /** The machine under the engine's connections is gone: what was under way is lost. */
  cutAll(): void {
    for (const link of this.network.links()) this.network.cut(link)
  }

  /** Half-open links break at last. */
  cutFrozen(): void {
    for (const link of this.network.frozenLinks()) this.network.cut(link)
  }

  /** Of every byte that was written on any link, both ways. */
  bytesDigest(): string {
    return this.#bytes.copy().digest('hex')
  }

  /** Venue time: nobody sets that clock. */
  nowUs(): number {
    return venueUs(this.clock.nowNs())
  }

  ledger(): LedgerView {
    return this.exchange.ledger()
  }

  /** Moves to the next thing that happens anywhere, at the latest to `untilNs`. */
  step(untilNs: MonoNs): MonoNs {
    const nextNs = Math.min(untilNs, Math.max(this.clock.nowNs(), this.timers.nextDeadlineNs()))
    this.clock.advanceTo(monoNs(nextNs))
    this.timers.advance(monoNs(nextNs))
    return monoNs(nextNs)
  }

  #open(fairPrice: string): VenueLife {
    const { clock, timers } = this
    const nowUs = this.nowUs()
    const market = { seed: this.#prng.nextUint32(), startUs: nowUs, fairPrice }
    const exchange = new Exchange({
      markets: [{ instrument: INSTRUMENT, source: new SyntheticMarket(INSTRUMENT, market) }],
      balances: this.#scenario.balances,
      startUs: nowUs,
      store: this.#watch,
      restoreFrom: [...this.#watch.lines],
    })
    const front = new BinanceSpotFront({
      exchange,
      credentials: Object.entries(CREDENTIALS).map(([account, key]) => ({ account, ...key })),
      feesBps: { maker: 10, taker: 10 },
      onRequest: (name, call) => this.onRequest(name, call),
    })
    const venueClock = {
      nowNs: () => clock.nowNs(),
      wallUs: () => wallUs(venueUs(clock.nowNs())),
    }
    const host = new MemoryHost(front, { clock: venueClock, timers, prng: this.#prng.fork() })
    return { exchange, front, host }
  }

  #die(): void {
    if (!this.#isVenueUp) return
    this.#isVenueUp = false
    this.#venue.host.stop()
    this.cutAll()
    this.#deafen('venue_restart', true)
  }

  /** The next process: what it knows stands in the ledger. */
  #revive(): void {
    if (this.#isVenueUp) return
    addCounts(this.#countsBefore, Object.fromEntries(this.front.messageCounts))
    this.#venue = this.#open(midText(this.exchange))
    this.#isVenueUp = true
    for (const command of this.#conditions.values()) this.#command(command)
    this.#deafen('venue_restart', false)
  }

  /** While anybody wants it, dials are refused; whoever is connected is dropped. */
  #deafen(kind: IncidentKind, isOn: boolean): void {
    if (isOn) {
      this.#deafFor.add(kind)
      this.network.refuse(HOST, PORT)
      this.#command({ name: 'disconnect' })
      return
    }
    this.#deafFor.delete(kind)
    if (this.#deafFor.size === 0) this.network.listen(HOST, PORT, this.#venue.host)
  }

  /** Now and then there is time to move away, now and then there is not. */
  #shutDown(isOn: boolean): void {
    if (isOn) this.#command({ name: 'shutdown_notice' })
    else this.#command({ name: 'disconnect' })
  }

  #setClock(sign: 1 | -1, isOn: boolean): void {
    this.#set('clock', { name: 'clock_offset', ms: isOn ? sign * CLOCK_OFF_MS : 0 })
  }

  /** Holds until it is set otherwise, also over the venue's death. */
  #set(condition: string, command: FrontCommand): void {
    this.#conditions.set(condition, command)
    this.#command(command)
  }

  #command(command: FrontCommand): void {
    if (this.#isVenueUp) this.front.command(command, this.nowUs())
  }
}

const venueUs = (nowNs: MonoNs): number => BEGIN_US + Math.floor(nowNs / NS_PER_US)

/** Where the market stood: the next life of the venue opens there. */
function midText(exchange: Exchange): string {
  const { bids, asks } = exchange.depth(INSTRUMENT.symbol, 1)
  const best = [bids[0]?.[0], asks[0]?.[0]].filter((price) => price !== undefined)
  if (best.length === 0) return FAIR_PRICE
  const mid = Math.floor(best.reduce((sum, price) => sum + price, 0) / best.length)
  return textFromUnits(mid, INSTRUMENT.priceScale)
}
