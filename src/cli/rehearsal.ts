// What the engine plays before it trades, so that its code is compiled when it counts.
//
// V8 interprets a function until it was called often, and optimises it after some thousand calls:
// without a rehearsal the first orders of a run take ten times as long as later ones. A second
// engine of the same code trades on an embedded venue of its own, over real sockets and by the real
// clock, so that what is compiled fits what follows. Two icebergs follow a touch that moves all the
// time and trades now and then. Nothing of it is kept; nothing of the real engine, its venues, its
// journal or its log is touched.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import type { Clock } from '#core/clock.ts'
import { Prng } from '#core/prng.ts'
import { NS_PER_MS } from '#core/units.ts'
import { ModelledDisk, ModelledJournal } from '#journal/modelled-disk.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { EventLoop } from '#loop/event-loop.ts'
import { Past } from '#loop/past.ts'
import { planTasks } from '#loop/task-plan.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import { NO_LIMITS } from '#sim/binance-spot/rate-limits.ts'
import { Exchange } from '#sim/exchange.ts'
import { FEES_BPS_DEFAULT } from '#sim/fees.ts'
import { createHostClock, FrontHost } from '#sim/host-sockets.ts'
import { PacedMarket } from '#sim/paced-market.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'
import { venueUrls } from '#sim/venue-spec.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { Credentials } from '#venue/venue.ts'
import { NetDialer } from '#wire/net-link.ts'
import { Engine } from '#engine.ts'

const MARKET = 'binance_spot'
const TICKS_PER_SECOND = 1_000
const TICKS_PER_TAKER = 25
const BID_TICKS = 6_000_000
const PLENTY = { BTC: '1000000', USDT: '100000000000' }
const RISK = { maxPosition: {}, priceCollarBps: 500, ordersPerSecond: 10_000, maxOpenOrders: 50 }
const JOURNAL_RING_BYTES = 1 << 20
const LOOK_EVERY_MS = 20

/** A rehearsal is short: V8 is told to optimise after this many calls while it lasts. */
const EAGER_CALLS = 300
const STANDARD_CALLS = 3_000

const INSTRUMENT = spotInstrument('BTC', 'USDT', 2, 5)

export interface RehearsalWatch {
  readonly isInterrupted: () => boolean
  readonly tell: (text: string) => void
}

/** Plays for `durationNs`; returns how many orders were placed. 0 ns: nothing is played. */
export async function rehearse(
  durationNs: number,
  clock: Clock,
  watch: RehearsalWatch,
): Promise<number> {
  if (durationNs <= 0) return 0
  const untilNs = clock.nowNs() + durationNs
  const stage = new Stage(clock)
  optimiseAfter(EAGER_CALLS)
  try {
    while (clock.nowNs() < untilNs && !watch.isInterrupted()) {
      await sleep(LOOK_EVERY_MS)
      stage.throwIfCrashed()
      watch.tell(`warming up: ${stage.orders} orders rehearsed`)
    }
    return stage.orders
  } finally {
    stage.clear()
    optimiseAfter(STANDARD_CALLS)
  }
}

function optimiseAfter(calls: number): void {
  setFlagsFromString(`--invocation-count-for-turbofan=${calls}`)
}

/** Venue and engine of the rehearsal. */
class Stage {
  readonly #clock: Clock
  readonly #host: FrontHost
  readonly #modelled: ModelledJournal
  readonly #loop: EventLoop
  readonly #engine: Engine
  readonly #pumpTimer: NodeJS.Timeout
  #crash: unknown = null

  constructor(clock: Clock) {
    this.#clock = clock
    const credentials = createCredentials()
    this.#host = openVenue(credentials)
    const nowNs = clock.nowNs()
    const start = { instance: 1, wallUs: clock.wallUs(), nowNs, syncNs: NS_PER_MS }
    this.#modelled = new ModelledJournal(
      new ModelledDisk(),
      { ...start, configHash: '', mode: 'sim' },
      JOURNAL_RING_BYTES,
    )
    this.#loop = new EventLoop({
      clock,
      onCrash: (thrown) => {
        this.#crash = thrown
      },
    })
    this.#engine = this.#buildEngine(credentials)
    this.#engine.start(nowNs)
    this.#loop.start(this.#engine)
    this.#pumpTimer = setInterval(() => this.#modelled.pump(clock.nowNs()), 1)
  }

  get orders(): number {
    const reports = this.#engine.tasks.reports(this.#clock.nowNs())
    return reports.reduce((sum, { orders }) => sum + orders, 0)
  }

  throwIfCrashed(): void {
    if (this.#crash !== null) throw this.#crash
  }

  clear(): void {
    clearInterval(this.#pumpTimer)
    this.#loop.stop()
    this.#engine.disconnect(this.#clock.nowNs())
    this.#host.close()
  }

  #buildEngine(credentials: Readonly<Record<string, Credentials>>): Engine {
    const { history, journal, incarnation } = this.#modelled
    const past = new Past(history)
    return new Engine({
      clock: this.#clock,
      dialer: new NetDialer(this.#clock, this.#loop.afterRead),
      kernels: WASM_KERNELS,
      prng: new Prng(1),
      notices: { notice: () => {} },
      journal,
      past,
      plans: planTasks([taskOf('seller', 'sell'), taskOf('buyer', 'buy')], past, { update: false }),
      instance: 1,
      incarnation,
      incarnationFirst: 1,
      seed: 1,
      risk: RISK,
      venues: [
        {
          make: findVenueMake(MARKET),
          urls: venueUrls(this.#host.port),
          accounts: Object.entries(credentials).map(([name, one]) => ({ name, credentials: one })),
        },
      ],
      latencies: {
        tickToOrder: new LatencyRecorder('tick_to_order'),
        turn: new LatencyRecorder('turn'),
        ack: new LatencyRecorder('ack'),
      },
      commands: null,
    })
  }
}

function openVenue(credentials: Readonly<Record<string, Credentials>>): FrontHost {
  const nowUs = createHostClock()
  const source = new PacedMarket(nowUs(), BID_TICKS, TICKS_PER_TAKER)
  source.run(Infinity, TICKS_PER_SECOND, nowUs())
  const exchange = new Exchange({
    markets: [{ instrument: INSTRUMENT, source }],
    balances: { seller: PLENTY, buyer: PLENTY },
    startUs: nowUs(),
  })
  const front = new BinanceSpotFront({
    exchange,
    credentials: Object.entries(credentials).map(([account, one]) => ({ account, ...one })),
    feesBps: FEES_BPS_DEFAULT,
    limits: NO_LIMITS,
  })
  return new FrontHost(front, 0, nowUs)
}

/** One account logs its session on, the other signs each order: both ways are rehearsed. */
function createCredentials(): Readonly<Record<string, Credentials>> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    seller: { kind: 'ed25519', key: randomText(), secret: pem },
    buyer: { kind: 'hmac', key: randomText(), secret: randomText() },
  }
}

function taskOf(account: string, side: string): Parameters<typeof planTasks>[0][number] {
  return {
    id: side,
    type: 'iceberg',
    position: 'rehearsal',
    parameters: {
      venue: MARKET,
      account,
      symbol: 'BTC/USDT',
      side,
      total_quantity: '100000',
      order_quantity: '0.1',
      reprice_interval: '0ms',
      max_reprices_per_minute: 60_000,
    },
  }
}

function randomText(): string {
  return randomBytes(32).toString('hex')
}
