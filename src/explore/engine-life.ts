// One life of the production engine in a world of virtual time: from reading its journal to death,
// or to an orderly end.
import { monoNs, NEVER_NS, type MonoNs } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { NoticeSink } from '#core/notice.ts'
import { ModelledJournal } from '#journal/modelled-disk.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { Past } from '#loop/past.ts'
import { snapshotOf } from '#loop/snapshot.ts'
import { planTasks } from '#loop/task-plan.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { findVenueMake } from '#venue/registry.ts'
import { Engine } from '#engine.ts'
import { LifeClock } from './life-clock.ts'
import { MortalDialer, type Pulse } from './mortal-dialer.ts'
import { ACCOUNTS, type Scenario } from './scenario.ts'
import type { TroubledDisk } from './troubled-disk.ts'
import { CREDENTIALS, URLS, type VenueWorld } from './venue-world.ts'

const MARKET = 'binance_spot'
/** What its client order ids carry. */
export const INSTANCE = 7
const RING_BYTES = 1 << 20
/** A life is short: the full tables would take longer to make than it lasts. */
const TABLE_SIZES = { orders: 4_096, timers: 2_048 }
/** Writes and syncs that the end of a journal may take. */
const LAST_PUMPS_MAX = 16

/** Looks at the engine from inside, after each of its turns. */
export interface TurnWatch {
  /** The first thing that was broken, or ''. */
  readonly broken: string
  /** `nowNs` as this life counts it. */
  afterTurn(engine: Engine, nowNs: MonoNs): void
}

export interface LifeOptions {
  readonly world: VenueWorld
  readonly disk: TroubledDisk
  readonly scenario: Scenario
  /** Records since the last snapshot beyond which its start takes one. */
  readonly snapshotEvery: number
  readonly notices: NoticeSink
  readonly watches: readonly TurnWatch[]
  /** It dies when it has written this many records; Infinity for a life that is not cut short. */
  readonly recordsMax: number
}

export class EngineLife implements Pulse {
  readonly engine: Engine
  readonly incarnation: number
  /** The journal it found ended in the middle of a record. */
  readonly foundTorn: boolean
  readonly #world: VenueWorld
  readonly #disk: TroubledDisk
  readonly #clock: LifeClock
  readonly #modelled: ModelledJournal
  readonly #watches: readonly TurnWatch[]
  readonly #firstSequence: number
  readonly #recordsMax: number
  readonly #syncNs: number
  #isAlive = true

  constructor(options: LifeOptions) {
    const { world, disk, scenario, notices } = options
    this.#world = world
    this.#disk = disk
    this.#watches = options.watches
    this.#recordsMax = options.recordsMax
    this.#syncNs = scenario.syncNs
    const clock = new LifeClock(world.clock)
    this.#clock = clock
    const nowNs = clock.nowNs()
    const snapshots = { every: options.snapshotEvery, snapshotOf }
    const start = { instance: INSTANCE, wallUs: clock.wallUs(), nowNs, syncNs: scenario.syncNs }
    this.#modelled = new ModelledJournal(
      disk,
      { ...start, configHash: '', mode: 'sim', snapshots },
      RING_BYTES,
    )
    const { history, journal, incarnation } = this.#modelled
    this.foundTorn = history.ending.kind === 'torn'
    this.incarnation = incarnation
    const past = new Past(history)
    this.engine = new Engine({
      clock,
      dialer: new MortalDialer(world.network, this, clock),
      kernels: TYPESCRIPT_KERNELS,
      prng: new Prng(scenario.seed + incarnation),
      notices,
      journal,
      past,
      plans: planTasks(configured(scenario, past), past, { update: false }),
      instance: INSTANCE,
      incarnation,
      incarnationFirst: history.incarnationFirst ?? incarnation,
      seed: scenario.seed,
      risk: { maxPosition: {}, priceCollarBps: 500, ordersPerSecond: 50, maxOpenOrders: 50 },
      venues: [
        {
          make: findVenueMake(MARKET),
          urls: URLS,
          accounts: ACCOUNTS.map((name) => ({ name, credentials: CREDENTIALS[name]! })),
        },
      ],
      latencies: {
        tickToOrder: new LatencyRecorder('tick_to_order'),
        turn: new LatencyRecorder('turn'),
        ack: new LatencyRecorder('ack'),
      },
      sizes: TABLE_SIZES,
      // The journal alone remembers: a file would say the same.
      kill: { atStart: () => past.killCause, changed: () => {} },
      commands: null,
    })
    this.#firstSequence = journal.sequence
    world.afterRead = (atNs) => this.#turn(clock.ownNs(atNs))
    this.engine.start(nowNs)
  }

  /** Now, as this life counts it. */
  get nowNs(): MonoNs {
    return this.#clock.nowNs()
  }

  /** Records written by this life. */
  get recordCount(): number {
    return this.#modelled.journal.sequence - this.#firstSequence
  }

  /**
   * Finds the moment of death: the record that was the last is written, whatever was to follow it
   * in the same turn is not, and of what the disk was told since its last sync it keeps a part.
   */
  beats(): boolean {
    if (!this.#isAlive || this.recordCount < this.#recordsMax) return this.#isAlive
    this.#pump(this.nowNs)
    this.#isAlive = false
    return false
  }

  /** When the engine next wants a turn, in the world's time. */
  nextDeadlineNs(): MonoNs {
    if (this.engine.hasWork) return this.#world.clock.nowNs()
    const deadlineNs = this.engine.nextDeadlineNs()
    return deadlineNs >= NEVER_NS ? deadlineNs : this.#clock.worldNs(deadlineNs)
  }

  /** Runs what is due: the engine's timers, and the disk behind the journal. */
  advance(): void {
    const { nowNs } = this
    if (this.engine.hasWork || this.engine.nextDeadlineNs() <= nowNs) this.#turn(nowNs)
    if (this.beats()) this.#pump(nowNs)
  }

  /** Takes every order back and ends in order as soon as nothing is open. */
  stop(): void {
    if (this.beats()) this.engine.stop(this.nowNs)
  }

  /** Its last words: connections end politely, and the journal says how it ended. */
  end(isClean: boolean): void {
    const { journal } = this.#modelled
    let atNs: number = this.nowNs
    this.engine.disconnect(this.nowNs)
    journal.engineEnd(isClean, this.nowNs)
    for (let i = 0; i < LAST_PUMPS_MAX && journal.syncedSequence < journal.sequence; i++) {
      this.#pump(monoNs(atNs))
      atNs += this.#syncNs
    }
    this.#isAlive = false
    this.#world.afterRead = () => {}
  }

  /** What is left of it. What was written to a link is lost, or still on its way to the venue. */
  bury(prng: Prng): void {
    this.#world.afterRead = () => {}
    this.#disk.crash(prng)
    if (prng.chance(0.5)) this.#world.cutAll()
    else this.#world.endAll()
  }

  #turn(nowNs: MonoNs): void {
    if (!this.beats()) return
    this.engine.turn(nowNs)
    if (!this.beats() || !this.engine.isOpen) return
    for (const watch of this.#watches) watch.afterTurn(this.engine, nowNs)
  }

  #pump(nowNs: MonoNs): void {
    if (!this.#disk.isStuck) this.#modelled.pump(nowNs)
  }
}

/** In the order of their indexes: the watch knows by the ids which task an order is of. */
export const watchedTasks = ({ tasks }: Scenario) =>
  tasks.map(({ id, account, total }) => ({ id, account, total }))

/** What the journal knows goes on as the journal has it: a person may have changed it since. */
function configured(scenario: Scenario, past: Past): ReturnType<typeof tasksOf> {
  const known = new Set([...past.tasks.values()].map(({ id }) => id))
  return tasksOf(scenario).filter(({ id }) => !known.has(id))
}

const tasksOf = (scenario: Scenario) =>
  scenario.tasks.map(({ id, account, side, total, slice, style }) => ({
    id,
    type: 'iceberg',
    position: `seed ${scenario.seed}`,
    parameters: {
      venue: MARKET,
      account,
      symbol: 'BTC/USDT',
      side,
      total_quantity: total,
      order_quantity: slice,
      ...style,
    },
  }))
