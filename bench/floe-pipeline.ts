// The engine as deployed: production adapter over real sockets, book, iceberg, risk gate, client
// ids, journal with its worker. Only two things are added, both around the dialer: a stamp when a
// read callback begins, and one when a request has been written.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import type { MonoNs } from '#core/units.ts'
import { openJournal, type JournalHost } from '#journal/journal-host.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { EventLoop, type Idling } from '#loop/event-loop.ts'
import { Past } from '#loop/past.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { planTasks } from '#loop/task-plan.ts'
import { venueUrls } from '#sim/venue-spec.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { Credentials } from '#venue/venue.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from '#wire/byte-link.ts'
import { NetDialer } from '#wire/net-link.ts'
import type { ReceiveRegion } from '#wire/receive-region.ts'
import { WarmLink } from '#wire/warm-link.ts'
import { Engine } from '../src/engine.ts'
import type { ReactionTimes } from './reaction-times.ts'

const START_TIMEOUT_MS = 20_000

export interface FloeOptions {
  readonly port: number
  /** Of a key that logs its session on, so that no order carries a signature. */
  readonly credentials: Credentials
  readonly offsetTicks: number
  readonly times: ReactionTimes
  /** As the configuration's `busy_poll`. */
  readonly isBusyPolling?: boolean
  /** BASE/QUOTE; the first side's by default. */
  readonly symbol?: string
  /** Icebergs that follow the touch alike; one by default. */
  readonly tasks?: number
  /** Called after the turn that followed a read: the engine's tables are as that read left them. */
  readonly afterTurn?: (engine: Engine) => void
}

export class FloePipeline {
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'floe-bench-'))
  readonly #clock = new RealClock()
  readonly #options: FloeOptions
  #host: JournalHost | null = null
  #loop: EventLoop | null = null
  #engine: Engine | null = null
  #warmLink: WarmLink | null = null
  #crash: unknown = null

  constructor(options: FloeOptions) {
    this.#options = options
  }

  /** Resolves once the first order is working. */
  async start(): Promise<void> {
    const clock = this.#clock
    const host = await openJournal(this.#stateDir, {
      instance: 1,
      clock,
      spawnJournalWorker: (data) => spawnWorker('journal', data),
    })
    this.#host = host
    const past = new Past(host.history)
    const plans = planTasks(icebergTasks(this.#options), past, { update: false })
    const latencies = {
      tickToOrder: new LatencyRecorder('tick_to_order'),
      turn: new LatencyRecorder('turn'),
      ack: new LatencyRecorder('ack'),
    }
    this.#warmLink = new WarmLink(new NetDialer(clock, (nowNs) => loop.afterRead(nowNs)))
    const loop: EventLoop = new EventLoop({
      clock,
      idling: { isBusyPolling: this.#options.isBusyPolling ?? false, isKeepingWarm: true },
      warmLink: this.#warmLink,
      onCrash: (thrown) => {
        this.#crash = thrown
      },
    })
    this.#loop = loop
    const afterRead = (nowNs: MonoNs): void => {
      loop.afterRead(nowNs)
      this.#options.times.left()
      if (this.#engine !== null) this.#options.afterTurn?.(this.#engine)
    }
    const engine = new Engine({
      clock,
      dialer: new StampingDialer(new NetDialer(clock, afterRead), this.#options.times),
      kernels: WASM_KERNELS,
      prng: new Prng(1),
      notices: { notice: () => {} },
      journal: host.start({ configHash: '', mode: 'sim' }),
      past,
      plans,
      instance: 1,
      incarnation: host.incarnation,
      incarnationFirst: host.incarnation,
      seed: 1,
      risk: { maxPosition: {}, priceCollarBps: 5_000, ordersPerSecond: 100_000, maxOpenOrders: 10 },
      venues: [
        {
          make: findVenueMake('binance_spot'),
          urls: venueUrls(this.#options.port),
          accounts: [{ name: 'main', credentials: this.#options.credentials }],
        },
      ],
      latencies,
      commands: null,
    })
    this.#engine = engine
    engine.start(clock.nowNs())
    loop.start(engine)
    await this.#untilWorking(engine)
  }

  async stop(): Promise<void> {
    const nowNs = this.#clock.nowNs()
    this.#engine?.disconnect(nowNs)
    this.#loop?.stop()
    this.#warmLink?.close()
    await this.#host?.close(false, nowNs)
    rmSync(this.#stateDir, { recursive: true, force: true })
  }

  /** From now on, while nothing happens. */
  idle(idling: Idling): void {
    this.#loop?.idle(idling)
  }

  throwIfCrashed(): void {
    if (this.#crash !== null) throw this.#crash
  }

  async #untilWorking(engine: Engine): Promise<void> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS
    while (engine.live.count === 0) {
      this.throwIfCrashed()
      if (engine.failure !== null) throw engine.failure
      if (performance.now() > deadlineMs) throw new Error('floe placed no order on the bench venue')
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    }
  }
}

/** Stamps reads and writes of every link on its way to the real one. */
class StampingDialer implements Dialer {
  readonly #dialer: Dialer
  readonly #times: ReactionTimes

  constructor(dialer: Dialer, times: ReactionTimes) {
    this.#dialer = dialer
    this.#times = times
  }

  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink {
    const stamped = new StampingListener(listener, this.#times)
    return new StampingLink(this.#dialer.dial(address, region, stamped), stamped, this.#times)
  }
}

const MARKET_PATH = Buffer.from('GET /stream')

class StampingListener implements LinkListener {
  /** Known once the link has sent its upgrade request. */
  isMarket = false
  #enteredMs = 0
  #isInterrupted = false
  readonly #listener: LinkListener
  readonly #times: ReactionTimes

  constructor(listener: LinkListener, times: ReactionTimes) {
    this.#listener = listener
    this.#times = times
  }

  onOpen(nowNs: MonoNs): void {
    this.#listener.onOpen(nowNs)
  }

  /** What a turn interrupts is still the read it began with. */
  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean {
    if (!this.#isInterrupted) this.#enteredMs = performance.now()
    this.#times.entered(this.isMarket, this.#enteredMs)
    this.#isInterrupted = this.#listener.onBytes(region, nowNs)
    return this.#isInterrupted
  }

  onClosed(...args: Parameters<LinkListener['onClosed']>): void {
    this.#listener.onClosed(...args)
  }
}

class StampingLink implements ByteLink {
  readonly #link: ByteLink
  readonly #listener: StampingListener
  readonly #times: ReactionTimes

  constructor(link: ByteLink, listener: StampingListener, times: ReactionTimes) {
    this.#link = link
    this.#listener = listener
    this.#times = times
  }

  get out(): Uint8Array {
    return this.#link.out
  }

  get pendingBytes(): number {
    return this.#link.pendingBytes
  }

  send(sizeBytes: number): ReturnType<ByteLink['send']> {
    this.#times.ready()
    const outcome = this.#link.send(sizeBytes)
    this.#times.wrote()
    return outcome
  }

  write(bytes: Uint8Array): ReturnType<ByteLink['write']> {
    const start = Buffer.from(bytes.buffer, bytes.byteOffset, MARKET_PATH.length)
    if (bytes.length > MARKET_PATH.length && start.equals(MARKET_PATH)) {
      this.#listener.isMarket = true
    }
    return this.#link.write(bytes)
  }

  close(): void {
    this.#link.close()
  }

  abort(): void {
    this.#link.abort()
  }
}

function icebergTasks({
  offsetTicks,
  symbol = 'BTC/USDT',
  tasks = 1,
}: FloeOptions): Parameters<typeof planTasks>[0] {
  return Array.from({ length: tasks }, (_, index) => ({
    id: `bench-${index}`,
    type: 'iceberg',
    position: `bench:${index + 1}:1`,
    parameters: {
      venue: 'binance_spot',
      account: 'main',
      symbol,
      side: 'sell',
      total_quantity: '1',
      order_quantity: '0.1',
      offset_ticks: offsetTicks,
      tick_tolerance: 1,
      reprice_interval: '0ms',
      max_reprices_per_minute: 60_000,
      max_book_age: '10m',
      cancel_book_age: '10m',
      halt_book_age: '10m',
    },
  }))
}
