// Makes the planned tasks, gives them what a task may use, and carries out commands on them.
import { EngineError, errorText } from '#core/engine-error.ts'
import { parseJsonObject } from '#core/json.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import type { Journal } from '#journal/journal.ts'
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import type { FillLedger } from '#order/fill-ledger.ts'
import type { IntentQueue, TaskAddress } from '#order/intent.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import type { GateTasks } from '#risk/gate.ts'
import { parseIceberg } from '#task/iceberg-parameters.ts'
import { Iceberg } from '#task/iceberg.ts'
import type { Task, TaskCommand, TaskContext, TaskMarket, TaskReport } from '#task/task.ts'
import { EventTray } from './event-tray.ts'
import type { MarketNews, Scheduler } from './scheduler.ts'
import type { PlannedTask } from './task-plan.ts'
import type { VenueRoster } from './venue-roster.ts'

/** What a task says that a person should see: it does not trade, and why. */
const WARNING_CODES: ReadonlySet<string> = new Set(['task.suspended', 'task.error'])

export interface TaskDeskParts {
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly fills: FillLedger
  readonly positions: PositionLedger
  readonly intents: IntentQueue
  readonly marketView: TaskMarket & MarketNews
  readonly journal: Journal
  readonly scheduler: Scheduler
  readonly notices: NoticeSink
  /** Of jitter: same seed, same slices. */
  readonly seed: number
  readonly roster: VenueRoster
  isReady(account: number): boolean
  isPastKnown(account: number): boolean
  adoptForeign(task: TaskAddress, foreignId: string, nowNs: MonoNs): boolean
  /** '' or why no task may send: the kill switch. */
  halt(): string
}

export class TaskDesk implements GateTasks {
  readonly #parts: TaskDeskParts
  readonly #context: TaskContext
  readonly #events: EventTray
  readonly #byId = new Map<string, Task>()
  /** Whose turn it is to be told about; taken modulo the tasks. */
  #toldNext = 0

  constructor(parts: TaskDeskParts) {
    this.#parts = parts
    this.#events = new EventTray(parts.notices)
    this.#context = contextOf(parts, this.#events)
    parts.scheduler.heed(parts.marketView)
  }

  get tasks(): readonly Task[] {
    return [...this.#byId.values()]
  }

  get count(): number {
    return this.#byId.size
  }

  /** Task indexes are below this. */
  get indexEnd(): number {
    return this.#parts.scheduler.tasks.length
  }

  get areAllOver(): boolean {
    for (const task of this.#byId.values()) if (!task.isOver) return false
    return true
  }

  get areAllCompleted(): boolean {
    for (const task of this.#byId.values()) if (!task.isCompleted) return false
    return true
  }

  /** Tells people what the tasks had to say in this turn. */
  tellEvents(): void {
    this.#events.empty()
  }

  /** '' where no task has the index. */
  idOf(task: number): string {
    return this.#parts.scheduler.tasks[task]?.id ?? ''
  }

  totalUnits(task: number): number {
    return this.#parts.scheduler.tasks[task]?.totalUnits ?? 0
  }

  filledUnits(task: number): number {
    return this.#parts.scheduler.tasks[task]?.filledUnits ?? 0
  }

  /** @throws EngineError naming the task and the parameter that does not fit its instrument. */
  create(plan: PlannedTask): void {
    const task = this.#make(plan)
    this.#byId.set(plan.id, task)
    this.#parts.scheduler.add(task)
  }

  /** Once the past is in the tables: a known task goes on where it was, a new one starts. */
  begin(plan: PlannedTask, nowNs: MonoNs): void {
    const { journal, scheduler } = this.#parts
    const { index, id, type } = plan
    const parameters = JSON.stringify(plan.parameters)
    if (plan.saved === null) {
      journal.taskCreated({ task: index, id, type, parameters }, nowNs)
    } else {
      if (plan.isUpdated) journal.taskUpdated(index, parameters, nowNs)
      scheduler.tasks[index]!.restore(plan.saved, nowNs)
    }
    if (scheduler.tasks[index]!.stateName === 'NOT_STARTED') {
      this.command(id, 'start', '', 'config', nowNs)
    }
    scheduler.wake(index)
  }

  /** Null when done; journalled as accepted. */
  command(
    id: string,
    command: TaskCommand,
    argument: string,
    origin: string,
    nowNs: MonoNs,
  ): EngineError | null {
    const task = this.#byId.get(id)
    if (task === undefined) {
      const known = [...this.#byId.keys()].join(', ') || 'none'
      return new EngineError('unknown_task', `no task "${id}" (known: ${known})`)
    }
    const refusal = this.#carryOut(task, command, argument, nowNs)
    if (refusal !== null) return refusal
    this.#parts.journal.taskCommand({ task: task.index, command, origin }, nowNs)
    this.#parts.scheduler.wake(task.index)
    return null
  }

  /** Of the first `max` tasks. */
  reports(nowNs: MonoNs, max = Infinity): TaskReport[] {
    return this.tasks.slice(0, max).map((task) => task.report(nowNs))
  }

  /**
   * Tells about tasks that were stepped since they were last told about, then about the others in
   * turn: as many as there are, or `max`. A report costs some 30 µs, and the engine waits for it.
   */
  tell(max: number, nowNs: MonoNs, listener: (index: number, report: TaskReport) => void): void {
    const { steppedTasks, tasks } = this.#parts.scheduler
    for (let told = 0; told < Math.min(max, tasks.length); told++) {
      const index = steppedTasks.count > 0 ? steppedTasks.take() : this.#toldNext++ % tasks.length
      const task = tasks[index]
      if (task !== undefined) listener(index, task.report(nowNs))
    }
  }

  #carryOut(task: Task, command: TaskCommand, argument: string, nowNs: MonoNs): EngineError | null {
    if (command !== 'update') return task.command(command, null, nowNs)
    try {
      const changes = parseJsonObject(argument, `${task.id}: update`)
      const raw = { ...task.parameters, ...changes }
      const refusal = task.command('update', { raw }, nowNs)
      if (refusal === null) {
        this.#parts.journal.taskUpdated(task.index, JSON.stringify(raw), nowNs)
      }
      return refusal
    } catch (thrown) {
      if (thrown instanceof EngineError) return thrown
      return new EngineError('bad_parameters', `${task.id}: ${errorText(thrown)}`)
    }
  }

  #make(plan: PlannedTask): Task {
    if (plan.type !== 'iceberg') {
      throw new EngineError('unknown_type', `task ${plan.id}: no task type "${plan.type}"`)
    }
    const parameters = parseIceberg(plan.parameters, plan.id)
    const { venue, account, symbol } = parameters
    const index = this.#parts.roster.accountIndex({ market: venue, name: account })
    if (index < 0) {
      throw new EngineError('account_missing', `task ${plan.id}: no account ${account} on ${venue}`)
    }
    return new Iceberg(this.#context, {
      index: plan.index,
      id: plan.id,
      account: index,
      instrument: this.#instrument(plan.id, venue, symbol),
      parameters,
      raw: plan.parameters,
      seed: this.#parts.seed + plan.index * 1_000_003,
    })
  }

  #instrument(id: string, venue: string, symbol: string): Instrument {
    const found = this.#parts.instruments.find(venue, symbol)
    if (found !== undefined) return found
    throw new EngineError('unknown_symbol', `task ${id}: ${venue} does not list ${symbol}`)
  }
}

function contextOf(parts: TaskDeskParts, events: EventTray): TaskContext {
  const { instruments, orders, live, fills, positions, intents, marketView, scheduler } = parts
  return {
    instruments,
    orders,
    live,
    fills,
    intents,
    market: marketView,
    journal: {
      taskState: (task, state, stateName, reason, nowNs) => {
        parts.journal.taskState({ task, state, stateName, reason }, nowNs)
      },
      taskNote: (task, note, nowNs) => {
        parts.journal.taskNote(task, note, nowNs)
      },
    },
    isReady: (account) => parts.isReady(account),
    isPastKnown: (account) => parts.isPastKnown(account),
    halt: () => parts.halt(),
    adoptForeign: (task, foreignId, nowNs) => parts.adoptForeign(task, foreignId, nowNs),
    wakeAt: (task, deadlineNs) => scheduler.wakeAt(task, deadlineNs),
    freeFunds: (account, asset) => positions.balance(account, asset)?.free ?? Infinity,
    event: (code, tag, text, nowNs) => {
      const level = WARNING_CODES.has(code) ? 'warn' : 'info'
      events.put(level, code, tag, text, nowNs)
    },
  }
}
