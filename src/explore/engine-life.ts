// One life of the production engine in a world of virtual time: from reading its journal to death.
import { monoNs, type MonoNs } from '#core/units.ts'
import { Prng } from '#core/prng.ts'
import type { NoticeSink } from '#core/notice.ts'
import { ModelledJournal, type ModelledDisk } from '#journal/modelled-disk.ts'
import { Past } from '#loop/past.ts'
import { planTasks } from '#loop/task-plan.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from '#wire/byte-link.ts'
import type { ReceiveRegion } from '#wire/receive-region.ts'
import { Engine } from '#engine.ts'
import type { Scenario } from './scenario.ts'
import { BUYER, CREDENTIALS, SELLER, URLS, type VenueWorld } from './venue-world.ts'

const MARKET = 'binance_spot'
/** What its client order ids carry. */
export const INSTANCE = 7
const RING_BYTES = 1 << 20

export class EngineLife {
  readonly engine: Engine
  readonly #world: VenueWorld
  readonly #modelled: ModelledJournal
  readonly #firstSequence: number
  #isAlive = true

  constructor(world: VenueWorld, disk: ModelledDisk, scenario: Scenario, notices: NoticeSink) {
    this.#world = world
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
      dialer: new MortalDialer(network, () => this.#isAlive),
      prng: new Prng(scenario.seed + incarnation),
      notices,
      journal,
      past,
      plans: planTasks(tasksOf(scenario), past, { update: false }),
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

  /** Records written by this life. */
  get recordCount(): number {
    return this.#modelled.journal.sequence - this.#firstSequence
  }

  /** When the engine next wants a turn. */
  nextDeadlineNs(): MonoNs {
    return this.engine.hasWork ? this.#world.clock.nowNs() : this.engine.nextDeadlineNs()
  }

  /** Runs what is due: the engine's timers, and the disk behind the journal. */
  advance(nowNs: MonoNs): void {
    if (this.nextDeadlineNs() <= nowNs) this.#turn(nowNs)
    this.#modelled.pump(nowNs)
  }

  /**
   * SIGKILL and the power with it: what was not synced may be lost. What was already written to a
   * link is lost with it, or still reaches the venue although the journal may have forgotten it.
   */
  die(disk: ModelledDisk, prng: Prng): void {
    this.#isAlive = false
    this.#world.afterRead = () => {}
    disk.crash(prng)
    if (prng.chance(0.5)) this.#world.cutAll()
    else this.#world.endAll()
  }

  #turn(nowNs: MonoNs): void {
    if (this.#isAlive) this.engine.turn(nowNs)
  }
}

/** A dead process opens no connections, whatever its objects still try. */
class MortalDialer implements Dialer {
  readonly #dialer: Dialer
  readonly #isAlive: () => boolean

  constructor(dialer: Dialer, isAlive: () => boolean) {
    this.#dialer = dialer
    this.#isAlive = isAlive
  }

  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink {
    const link = this.#dialer.dial(address, region, {
      onOpen: (nowNs) => this.#isAlive() && listener.onOpen(nowNs),
      onBytes: (bytes, nowNs) => this.#isAlive() && listener.onBytes(bytes, nowNs),
      onClosed: (reason, detail, nowNs) =>
        this.#isAlive() && listener.onClosed(reason, detail, nowNs),
    })
    return link
  }
}

/** In the order of their indexes: the watch knows by the ids which task an order is of. */
export const watchedTasks = (scenario: Scenario) =>
  tasksOf(scenario).map(({ parameters }) => ({
    account: parameters.account,
    total: parameters.total_quantity,
  }))

function tasksOf(scenario: Scenario) {
  const { total, slice, offsetTicks, toleranceTicks, repriceIntervalMs } = scenario
  const task = (id: string, account: string, side: string) => ({
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
      offset_ticks: offsetTicks,
      tick_tolerance: toleranceTicks,
      reprice_interval: `${repriceIntervalMs}ms`,
    },
  })
  return [task('sell-1', SELLER, 'sell'), task('buy-1', BUYER, 'buy')]
}

export const NEVER: MonoNs = monoNs(Number.MAX_SAFE_INTEGER)
