// The engine with thousands of tasks on a venue in memory: production books, scheduler, icebergs,
// gate, order truth and journal with its worker, real clock. Only the wire is missing; an update is
// handed to the market sink and the turn follows, as it does after a socket read.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { NS_PER_S } from '#core/units.ts'
import { openJournal, type JournalHost } from '#journal/journal-host.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { Past } from '#loop/past.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { planTasks } from '#loop/task-plan.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { Engine } from '../src/engine.ts'
import { ACCOUNT_NAME, MARKET_NAME, MemoryVenue, symbolOf } from './memory-venue.ts'

const OPEN_TIMEOUT_NS = 20 * NS_PER_S
const RISK = {
  maxPosition: {},
  priceCollarBps: 500,
  ordersPerSecond: 100_000,
  maxOpenOrders: 60_000,
}

export interface ScaleWorldOptions {
  readonly instruments: number
  /** The instrument of each task. */
  readonly taskInstruments: readonly number[]
}

export class ScaleWorld {
  readonly venue: MemoryVenue
  readonly engine: Engine
  readonly clock = new RealClock()
  readonly #stateDir: string
  readonly #host: JournalHost

  private constructor(
    stateDir: string,
    host: JournalHost,
    venue: MemoryVenue,
    { taskInstruments }: ScaleWorldOptions,
  ) {
    this.#stateDir = stateDir
    this.#host = host
    this.venue = venue
    const past = new Past(host.history)
    this.engine = new Engine({
      clock: this.clock,
      kernels: WASM_KERNELS,
      dialer: {
        dial: () => {
          throw new Error('a venue in memory dials nobody')
        },
      },
      prng: new Prng(1),
      notices: { notice: () => {} },
      journal: host.start({ configHash: '', mode: 'sim' }),
      past,
      plans: planTasks(taskInstruments.map(icebergOn), past, { update: false }),
      instance: 1,
      incarnation: host.incarnation,
      incarnationFirst: host.incarnation,
      seed: 1,
      risk: RISK,
      venues: [
        {
          make: venue.make,
          urls: venue.make.urls,
          accounts: [{ name: ACCOUNT_NAME, credentials: { kind: 'hmac', key: '', secret: '' } }],
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

  /** Resolves when every book is live and every task has an order at work. */
  static async open(options: ScaleWorldOptions): Promise<ScaleWorld> {
    const stateDir = mkdtempSync(join(tmpdir(), 'floe-scale-'))
    const clock = new RealClock()
    const host = await openJournal(stateDir, {
      instance: 1,
      clock,
      spawnJournalWorker: (data) => spawnWorker('journal', data),
    })
    const venue = new MemoryVenue(options.instruments)
    const world = new ScaleWorld(stateDir, host, venue, options)
    world.engine.start(world.clock.nowNs())
    world.venue.openBooks(world.clock.nowNs())
    await world.#untilWorking(options.taskInstruments.length)
    return world
  }

  async close(): Promise<void> {
    this.engine.disconnect(this.clock.nowNs())
    await this.#host.close(false, this.clock.nowNs())
    rmSync(this.#stateDir, { recursive: true, force: true })
  }

  /** What a socket read brings: one update, then the turn. */
  update(kind: 'stir' | 'nudge' | 'jump', instrument: number): void {
    const nowNs = this.clock.nowNs()
    this.venue[kind](instrument, nowNs)
    this.engine.turn(nowNs)
  }

  /** The venue's answers, if there are any, then the turn. False when nothing was left to do. */
  answer(): boolean {
    const nowNs = this.clock.nowNs()
    const isDue = nowNs >= this.engine.nextDeadlineNs()
    if (!this.venue.answer(nowNs) && !this.engine.hasWork && !isDue) return false
    this.engine.turn(nowNs)
    return true
  }

  async #untilWorking(taskCount: number): Promise<void> {
    const deadlineNs = this.clock.nowNs() + OPEN_TIMEOUT_NS
    while (this.answer() || this.engine.live.count < taskCount) {
      if (this.engine.failure !== null) throw this.engine.failure
      if (this.clock.nowNs() > deadlineNs) {
        throw new Error(`${this.engine.live.count} of ${taskCount} tasks have an order at work`)
      }
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }
}

function icebergOn(instrument: number, index: number): Parameters<typeof planTasks>[0][number] {
  return {
    id: `task-${index}`,
    type: 'iceberg',
    position: `bench:${index + 1}:1`,
    parameters: {
      venue: MARKET_NAME,
      account: ACCOUNT_NAME,
      symbol: symbolOf(instrument),
      side: index % 2 === 0 ? 'sell' : 'buy',
      total_quantity: '1000',
      order_quantity: '0.01',
      offset_ticks: 20 + (index % 5),
      tick_tolerance: 3,
    },
  }
}
