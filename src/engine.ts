// READ THIS FIRST. The engine, built in the order its data flows, and the turn that moves it.
//
//   venue socket ─► wire ─► venue market feed ─► books ──(dirty)──► scheduler ─► tasks ─┐
//   venue socket ─► wire ─► venue account ─► event queue ─► order truth ──(wake)──┘     │ intents
//   venue socket ◄─ wire ◄─ venue account ◄─ order sender ◄─ risk gate ◄────────────────┘
//                                                  └─► journal (shared memory, a worker writes)
//
// Socket callbacks only decode and store; everything is decided in turn(nowNs). Time, sockets,
// disks and randomness are arguments: the same engine runs live, simulated and explored.
import { assert } from '#core/assert.ts'
import type { Clock } from '#core/clock.ts'
import type { EngineError } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { Prng } from '#core/prng.ts'
import { TimerWheel, type TimerTarget } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import { BookCache } from '#book/book-cache.ts'
import { CommandDesk, type CommandSource } from '#control/command-desk.ts'
import type { Kernels } from '#kernel/kernels.ts'
import type { Journal } from '#journal/journal.ts'
import { AccountDesk } from '#loop/account-desk.ts'
import { DiskWatch } from '#loop/disk-watch.ts'
import { findOrder } from '#loop/find-order.ts'
import { KillDesk, type KillKeeper } from '#loop/kill-desk.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { Opening } from '#loop/opening.ts'
import { OrderNews } from '#loop/order-news.ts'
import { OrderSender } from '#loop/order-sender.ts'
import type { Past } from '#loop/past.ts'
import { Pulse, type PulseListener } from '#loop/pulse.ts'
import { Retention } from '#loop/retention.ts'
import { Scheduler } from '#loop/scheduler.ts'
import { Settlement } from '#loop/settlement.ts'
import { TaskDesk } from '#loop/task-desk.ts'
import { MarketView } from '#loop/task-market.ts'
import type { PlannedTask } from '#loop/task-plan.ts'
import { VenueRoster, type RosterVenue } from '#loop/venue-roster.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { CancelCause, IntentQueue, type TaskAddress } from '#order/intent.ts'
import { LiveOrders, ORPHAN_TASK } from '#order/live-orders.ts'
import { isWorking } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import type { VenueEvent } from '#order/venue-event.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { RiskGate } from '#risk/gate.ts'
import type { RiskSettings } from '#risk/limits.ts'
import type { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import type { Dialer } from '#wire/byte-link.ts'

const HOUSEKEEPING_NS = NS_PER_S
const BOOK_AGE_MAX_NS = 5 * NS_PER_S

export interface EngineLatencies {
  /** Read callback entered → order bytes written. */
  readonly tickToOrder: LatencyRecorder
  /** One turn that had something to do. */
  readonly turn: LatencyRecorder
  /** Order bytes written → accepted. */
  readonly ack: LatencyRecorder
}

export interface EngineParts {
  readonly clock: Clock
  readonly dialer: Dialer
  readonly kernels: Kernels
  readonly prng: Prng
  readonly notices: NoticeSink
  readonly journal: Journal
  readonly past: Past
  readonly plans: readonly PlannedTask[]
  readonly instance: number
  readonly incarnation: number
  /** Of the oldest run in this journal: orders of earlier ones belong to no task. */
  readonly incarnationFirst: number
  /** Of the tasks' jitter. */
  readonly seed: number
  readonly risk: RiskSettings
  /** Of the largest tables, where those of limits.ts would be too dear: a life of seconds. */
  readonly sizes?: { readonly orders: number; readonly timers: number }
  readonly venues: readonly RosterVenue[]
  readonly latencies: EngineLatencies
  /** Commands of the control room; null where there is none. */
  readonly commands: CommandSource | null
  /** The kill switch as it was left, and who keeps it for the next start. */
  readonly kill?: KillKeeper
  /** Who takes our orders back when we fall silent. */
  readonly watched?: PulseListener
}

export class Engine implements TimerTarget {
  readonly timers: TimerWheel
  readonly instruments = new InstrumentTable()
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly fills = new FillLedger()
  readonly positions = new PositionLedger()
  readonly scheduler: Scheduler
  readonly books: BookCache
  readonly roster: VenueRoster
  readonly tasks: TaskDesk
  readonly accountDesk: AccountDesk
  readonly settlement: Settlement
  readonly killDesk: KillDesk

  readonly #parts: EngineParts
  readonly #events = new VenueEventQueue()
  readonly #intents = new IntentQueue()
  readonly #marketView: MarketView
  readonly #news: OrderNews
  readonly #retention: Retention
  readonly #gate: RiskGate
  readonly #sender: OrderSender
  readonly #opening: Opening
  readonly #commands: CommandDesk | null
  readonly #pulse: Pulse | null
  readonly #diskWatch: DiskWatch
  #isInTurn = false
  #isStopping = false

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.timers = new TimerWheel(parts.sizes?.timers)
    this.orders = new OrderTable(parts.sizes?.orders)
    const { clock, journal, notices, dialer, kernels, prng } = parts
    const { instance, incarnation, latencies } = parts
    const { timers, instruments, orders, fills, positions } = this
    const events = this.#events
    const tokens = new ListingTokens()

    // 1 Market data comes in: books, and what tasks may read of them net of our own orders.
    const scheduler = new Scheduler(timers)
    const books = new BookCache({ dirty: scheduler.dirtyInstruments, timers, notices })
    const marketView = new MarketView(books, orders)
    this.scheduler = scheduler
    this.books = books
    this.#marketView = marketView

    // 2 The venues at both ends: they write into books and event queue, and take orders.
    const venueContext = {
      dialer,
      timers,
      prng,
      instruments,
      market: books,
      orders,
      events,
      notices,
      kernels,
    }
    const roster = new VenueRoster(venueContext, parts.venues)
    this.roster = roster

    // 3 Order events come in: the truth of every order, and what follows from a change of it.
    const live = new LiveOrders(orders)
    const tables = { instruments, orders, live, fills, positions }
    const aids = { clock, timers, notices, journal, scheduler, marketView, roster, tokens }
    const retention = new Retention(orders, live)
    const settlement = new Settlement({
      ...tables,
      ...aids,
      accountOf: (order) => roster.accounts[orders.account(order)]!,
      cancel: (order, cause, nowNs) => this.#sender.cancel(order, cause, nowNs),
    })
    const news = new OrderNews({
      ...aids,
      orders,
      settlement,
      retention,
      ack: latencies.ack,
      filled: (fill) => this.accountDesk.filled(fill),
    })
    const truth = new OrderTruth({
      ...tables,
      instance,
      taskOf: (task, ofIncarnation) => this.#taskOf(task, ofIncarnation),
      listener: news,
    })
    settlement.bind(truth)
    const reportedOpen = (event: VenueEvent): void => this.killDesk.reportedOpen(event)
    const deskParts = { ...aids, events, truth, positions, settlement, reportedOpen }
    const accountDesk = new AccountDesk(deskParts)
    this.live = live
    this.settlement = settlement
    this.accountDesk = accountDesk
    this.#retention = retention
    this.#diskWatch = new DiskWatch(journal, notices)
    this.#news = news

    // 4 Tasks decide.
    const tasks = new TaskDesk({
      ...tables,
      ...aids,
      intents: this.#intents,
      seed: parts.seed,
      isReady: (account) => !this.#isStopping && accountDesk.isReady(account),
      isPastKnown: (account) => accountDesk.isPastKnown(account),
      adoptForeign: (task, id, nowNs) => this.#adoptForeign(task, id, nowNs),
      halt: () => (this.#gate.killSwitch.isEngaged ? 'kill_switch' : ''),
    })
    this.tasks = tasks

    // 5 Orders go out: the gate, then the only way to a venue.
    const gate = new RiskGate({
      ...tables,
      tasks,
      market: marketView,
      settings: parts.risk,
      bookAgeMaxNs: BOOK_AGE_MAX_NS,
    })
    this.#gate = gate
    this.#sender = new OrderSender({
      ...aids,
      orders,
      truth,
      gate,
      instance,
      incarnation,
      tickToOrder: latencies.tickToOrder,
      ownerOf: (task) => scheduler.tasks[task]!,
    })

    // 6 People may stop all of it, and somebody hears when it stops by itself.
    this.killDesk = new KillDesk({
      ...tables,
      ...aids,
      accountDesk,
      killSwitch: gate.killSwitch,
      isOpen: () => this.isOpen,
      cancel: (order, cause, nowNs) => this.#sender.cancel(order, cause, nowNs),
      keeper: parts.kill,
    })
    this.#commands = parts.commands === null ? null : this.#commandDesk(parts.commands)
    this.#pulse = this.#pulseFor(parts.watched)

    // 7 And how all of it begins: listings, the journal's past, tasks, connections.
    const { past, plans } = parts
    this.#opening = new Opening({
      ...aids,
      prng,
      instruments,
      books,
      accountDesk,
      settlement,
      tasks,
      past,
      plans,
      restore: { ...tables, truth, retention },
      factsCount: () => news.factsCount,
    })
  }

  /**
   * Stages one to five. Called after each socket read, within one after each message that tells of
   * orders, and when a timer is due; never nested.
   */
  turn(nowNs: MonoNs): void {
    assert(!this.#isInTurn, 'a turn is never re-entered')
    this.#isInTurn = true
    this.#marketView.nowNs = nowNs
    const drained = this.accountDesk.drain(nowNs) //   1 what the venues said of our orders
    this.#commands?.drain(this.isOpen, nowNs) //       2 what people want
    const fired = this.timers.advance(nowNs) //        3 what is due
    const stepped = this.scheduler.run(nowNs) //       4 tasks whose inputs changed, once each
    this.#sender.send(this.#intents, nowNs) //         5 what they want done
    if (this.#isStopping) this.#takeAllBack(nowNs)
    this.killDesk.tend(nowNs)
    this.tasks.tellEvents()
    this.#pulse?.endTurn(nowNs)
    this.#isInTurn = false
    if (drained + fired + stepped > 0) {
      this.#parts.latencies.turn.record(this.#parts.clock.nowNs() - nowNs)
    }
  }

  /**
   * Nothing has happened for a while: goes through the motions of a tick and of the order that it
   * would cause, so that the next real one finds code and data in the caches. Nothing is told,
   * nothing is sent; what the task wants, if time has made it want something, the next turn sends.
   */
  keepWarm(nowNs: MonoNs): void {
    const task = this.scheduler.lastStepped
    for (const market of this.roster.markets) market.keepWarm()
    this.#marketView.nowNs = nowNs
    this.scheduler.tasks[task]!.step(nowNs)
    const order = this.live.firstOfTask(task)
    if (order >= 0) this.roster.accounts[this.orders.account(order)]!.keepWarm(order, nowNs)
  }

  start(nowNs: MonoNs): void {
    this.killDesk.start(nowNs)
    this.#pulse?.start(nowNs)
    this.#opening.begin(nowNs)
    this.timers.arm(this, 0, monoNs(nowNs + HOUSEKEEPING_NS))
  }

  /** Tasks exist and venues are connecting. */
  get isOpen(): boolean {
    return this.#opening.isOpen
  }

  /** Set when starting failed for good: the process reports it and ends. */
  get failure(): EngineError | null {
    return this.#opening.failure
  }

  /** True while something waits for a turn that no socket and no timer will bring. */
  get hasWork(): boolean {
    return this.#events.count > 0 || this.scheduler.hasWork
  }

  /** The task that acted last still runs: the next tick may make it act again. */
  get isTrading(): boolean {
    const task = this.scheduler.lastStepped
    return task >= 0 && !this.scheduler.tasks[task]!.isOver
  }

  nextDeadlineNs(): MonoNs {
    return this.timers.nextDeadlineNs()
  }

  /** Fills beyond an order's quantity: facts that were booked and alarmed. */
  get overfillCount(): number {
    return this.#news.overfillCount
  }

  /** Takes every order back and sends no new one, turn by turn. It has ended when `isQuiet`. */
  stop(nowNs: MonoNs): void {
    this.#isStopping = true
    this.#gate.halted = true
    this.turn(nowNs)
  }

  /**
   * No order of ours is open, in flight, unknown or owed fills, and none that an earlier run may
   * have left can turn up: only then may the journal say that it ended cleanly.
   */
  get isQuiet(): boolean {
    const isPastKnown = this.#parts.past.isSettled || this.accountDesk.areAllPastsKnown
    return this.live.count === 0 && isPastKnown
  }

  /** Ends every connection; nothing is sent after this. */
  disconnect(nowNs: MonoNs): void {
    if (this.isQuiet) this.#pulse?.end(nowNs)
    this.roster.stop(nowNs)
  }

  /** Once a second: a datable sign of life, a look at the disk, rows whose time is over go back. */
  onTimer(_token: number, nowNs: MonoNs): void {
    this.#parts.journal.clockStamp(this.#parts.clock.wallUs(), nowNs)
    this.#diskWatch.look(nowNs)
    this.#retention.sweep(nowNs)
    this.timers.arm(this, 0, monoNs(nowNs + HOUSEKEEPING_NS))
  }

  #commandDesk(source: CommandSource): CommandDesk {
    const { tasks, killDesk, settlement, instruments, roster, orders } = this
    const parts = { tasks, killDesk, settlement, instruments, roster }
    const instrumentOf = (name: string) => {
      const order = findOrder(this, name)
      return order < 0 ? null : instruments.at(orders.instrument(order))
    }
    return new CommandDesk(source, { ...parts, instrumentOf })
  }

  #pulseFor(listener: PulseListener | undefined): Pulse | null {
    if (listener === undefined) return null
    const { timers, roster } = this
    return new Pulse({ timers, notices: this.#parts.notices, accounts: roster.accounts, listener })
  }

  #takeAllBack(nowNs: MonoNs): void {
    for (let instrument = 0; instrument < this.instruments.count; instrument++) {
      let order = this.live.firstOfInstrument(instrument)
      for (; order !== -1; order = this.live.nextOfInstrument(order)) {
        if (isWorking(this.orders.state(order))) {
          this.#sender.cancel(order, CancelCause.Stop, nowNs)
        }
      }
    }
  }

  #adoptForeign(task: TaskAddress, foreignId: string, nowNs: MonoNs): boolean {
    return this.#sender.adoptForeign(task, foreignId, nowNs)
  }

  #taskOf(task: number, ofIncarnation: number): number {
    const isOfThisJournal = ofIncarnation >= this.#parts.incarnationFirst
    return isOfThisJournal && this.scheduler.tasks[task] !== undefined ? task : ORPHAN_TASK
  }
}
