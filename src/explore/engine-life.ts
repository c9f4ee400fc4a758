// One life of the production engine in a world of virtual time: from reading its journal to death.
import { monoNs, type MonoNs } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { NoticeSink } from '#core/notice.ts'
import { ModelledJournal, type ModelledDisk } from '#journal/modelled-disk.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { Past } from '#loop/past.ts'
import { planTasks } from '#loop/task-plan.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { findVenueMake } from '#venue/registry.ts'
import { Engine } from '#engine.ts'
import { MortalDialer, type Pulse } from './mortal-dialer.ts'
import type { Scenario } from './scenario.ts'
import { BUYER, CREDENTIALS, SELLER, URLS, type VenueWorld } from './venue-world.ts'

const MARKET = 'binance_spot'
/** What its client order ids carry. */
export const INSTANCE = 7
const RING_BYTES = 1 << 20

export interface LifeOptions {
  readonly world: VenueWorld
  readonly disk: ModelledDisk
  readonly scenario: Scenario
  readonly notices: NoticeSink
  /** It dies when it has written this many records; Infinity for a life that is not cut short. */
  readonly recordsMax: number
}

export class EngineLife implements Pulse {
  readonly engine: Engine
  readonly #world: VenueWorld
  readonly #modelled: ModelledJournal
  readonly #firstSequence: number
  readonly #recordsMax: number
  #isAlive = true

  constructor(options: LifeOptions) {
    const { world, disk, scenario, notices } = options
    this.#world = world
    this.#recordsMax = options.recordsMax
    const { clock, network } = world
    const nowNs = clock.nowNs()
    const start = { instance: INSTANCE, wallUs: clock.wallUs(), nowNs, syncNs: scenario.syncNs }
    this.#modelled = new ModelledJournal(
      disk,
      { ...start, configHash: '', mode: 'sim' },
      RING_BYTES,
    )
    const { history, journal, incarnation } = this.#modelled
    const past = new Past(history)
    this.engine = new Engine({
      clock,
      dialer: new MortalDialer(network, this),
      kernels: TYPESCRIPT_KERNELS,
      prng: new Prng(scenario.seed + incarnation),
      notices,
      journal,
      past,
      plans: planTasks(configured(scenario, past), past, { update: false }),
      instance: INSTANCE,
      incarnation,
      incarnationFirst: 1,
      seed: scenario.seed,
      risk: { maxPosition: {}, priceCollarBps: 500, ordersPerSecond: 50, maxOpenOrders: 50 },
      venues: [
        {
          make: findVenueMake(MARKET),
          urls: URLS,
          accounts: [SELLER, BUYER].map((name) => ({ name, credentials: CREDENTIALS[name]! })),
        },
      ],
      latencies: {
        tickToOrder: new LatencyRecorder('tick_to_order'),
        turn: new LatencyRecorder('turn'),
        ack: new LatencyRecorder('ack'),
      },
      commands: null,
    })
    this.#firstSequence = journal.sequence
    world.afterRead = (atNs) => this.#turn(atNs)
    this.engine.start(nowNs)
  }

  /**
   * Finds the moment of death: the record that was the last is written, whatever was to follow it
   * in the same turn is not, and of what the disk was told since its last sync it keeps a part.
   */
  beats(): boolean {
    if (!this.#isAlive || this.#recordCount < this.#recordsMax) return this.#isAlive
    this.#modelled.pump(this.#world.clock.nowNs())
    this.#isAlive = false
    return false
  }

  /** When the engine next wants a turn. */
  nextDeadlineNs(): MonoNs {
    return this.engine.hasWork ? this.#world.clock.nowNs() : this.engine.nextDeadlineNs()
  }

  /** Runs what is due: the engine's timers, and the disk behind the journal. */
  advance(nowNs: MonoNs): void {
    if (this.nextDeadlineNs() <= nowNs) this.#turn(nowNs)
    if (this.beats()) this.#modelled.pump(nowNs)
  }

  /** What is left of it. What was written to a link is lost, or still on its way to the venue. */
  bury(disk: ModelledDisk, prng: Prng): void {
    this.#world.afterRead = () => {}
    disk.crash(prng)
    if (prng.chance(0.5)) this.#world.cutAll()
    else this.#world.endAll()
  }

  #turn(nowNs: MonoNs): void {
    if (this.beats()) this.engine.turn(nowNs)
  }

  /** Records written by this life. */
  get #recordCount(): number {
    return this.#modelled.journal.sequence - this.#firstSequence
  }
}

/** In the order of their indexes: the watch knows by the ids which task an order is of. */
export const watchedTasks = (scenario: Scenario) =>
  tasksOf(scenario).map(({ id, parameters }) => ({
    id,
    account: parameters.account,
    total: parameters.total_quantity,
  }))

/** What the journal knows goes on as the journal has it: a person may have changed it since. */
function configured(scenario: Scenario, past: Past): ReturnType<typeof tasksOf> {
  const known = new Set([...past.tasks.values()].map(({ id }) => id))
  return tasksOf(scenario).filter(({ id }) => !known.has(id))
}

function tasksOf(scenario: Scenario) {
  const task = (id: string, account: string, side: string) => ({
    id,
    type: 'iceberg',
    position: `seed ${scenario.seed}`,
    parameters: {
      venue: MARKET,
      account,
      symbol: 'BTC/USDT',
      side,
      total_quantity: scenario.total,
      order_quantity: scenario.slice,
      ...scenario.style,
    },
  })
  return [task('sell-1', SELLER, 'sell'), task('buy-1', BUYER, 'buy')]
}

export const NEVER: MonoNs = monoNs(Number.MAX_SAFE_INTEGER)
