// What a journal says happened, folded into the facts that a new start needs: tasks, every fill,
// and the orders that may still matter. Pure over records; it neither trusts nor asks a venue.
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_US } from '#core/units.ts'
import type { JournalHistory } from '#journal/reader.ts'
import type { JournalRecord, RecordBody } from '#journal/record-layout.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import { CancelCause } from '#order/intent.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'

export interface PastTask {
  readonly index: number
  readonly id: string
  readonly type: string
  /** JSON in the user's words: the newest set. */
  parameters: string
  state: number
  stateName: string
  reason: string
  note: Record<string, unknown> | null
  orders: number
  rejects: number
  reprices: number
}

export interface PastOrder {
  readonly created: RecordBody<'order_created'>
  /** What the indexes of `created` meant when it was written. */
  readonly instrument: InstrumentFacts
  readonly account: PastAccount
  readonly createdWallUs: number
  state: OrderState
  filledUnits: number
  cumQtyUnits: number
  venueOrderId: string
  /** '' for our own. */
  foreignId: string
}

export interface PastFill {
  readonly fill: RecordBody<'fill'>
  readonly instrument: InstrumentFacts
  readonly account: PastAccount
}

export interface PastAccount {
  readonly market: string
  readonly name: string
}

export class Past {
  readonly tasks = new Map<number, PastTask>()
  readonly orders = new Map<string, PastOrder>()
  readonly fills: PastFill[] = []
  /** False for an empty journal. */
  readonly exists: boolean
  readonly endedClean: boolean
  /** Wall time of the last sign of life. */
  readonly lastWallUs: number

  #instruments = new Map<number, InstrumentFacts>()
  #accounts = new Map<number, PastAccount>()
  #stampWallUs = 0
  #stampNowNs = 0

  constructor(history: JournalHistory) {
    this.exists = history.headers.length > 0
    this.endedClean = history.endedClean
    this.lastWallUs = history.lastWallUs
    for (const record of history.records()) this.#fold(record)
  }

  /** It was ended cleanly, or there is none: no order of it can be unknown to this journal. */
  get isSettled(): boolean {
    return !this.exists || this.endedClean
  }

  /** Every task had ended when the journal did. */
  hasUnfinished(isOver: (task: PastTask) => boolean): boolean {
    for (const task of this.tasks.values()) if (!isOver(task)) return true
    return false
  }

  #fold(record: JournalRecord): void {
    switch (record.kind) {
      case 'engine_start':
        // Indexes mean something new in each incarnation.
        this.#instruments = new Map()
        this.#accounts = new Map()
        return this.#stamp(record.wallUs, record.nowNs)
      case 'clock_stamp':
        return this.#stamp(record.wallUs, record.nowNs)
      case 'instrument':
        this.#instruments.set(record.index, JSON.parse(record.facts) as InstrumentFacts)
        return
      case 'account':
        this.#accounts.set(record.index, { market: record.market, name: record.name })
        return
      case 'order_created':
      case 'order_event':
        return this.#foldOrder(record)
      case 'order_foreign':
        return this.#foldForeign(record)
      case 'fill':
        return this.#foldFill(record)
      default:
        return this.#foldTask(record)
    }
  }

  #foldTask(record: JournalRecord): void {
    switch (record.kind) {
      case 'task_created':
        this.tasks.set(record.task, newPastTask(record))
        return
      case 'task_updated':
        this.#task(record.task).parameters = record.parameters
        return
      case 'task_state': {
        const task = this.#task(record.task)
        task.state = record.state
        task.stateName = record.stateName
        task.reason = record.reason
        return
      }
      case 'task_note':
        this.#task(record.task).note = JSON.parse(record.note) as Record<string, unknown>
        return
      default:
        return
    }
  }

  #foldOrder(record: JournalRecord & { readonly kind: 'order_created' | 'order_event' }): void {
    const key = `${record.clientIdHi}:${record.clientIdLo}`
    if (record.kind === 'order_created') {
      this.orders.set(key, {
        created: record,
        instrument: this.#instrument(record.instrument),
        account: this.#account(record.account),
        createdWallUs: this.#wallUsAt(record.nowNs),
        state: OrderState.Created,
        filledUnits: 0,
        cumQtyUnits: 0,
        venueOrderId: '',
        foreignId: '',
      })
      const task = this.tasks.get(record.task)
      if (task !== undefined) task.orders++
      return
    }
    const order = this.orders.get(key)
    if (order === undefined) return
    this.#count(order, record)
    order.state = record.stateAfter as OrderState
    order.filledUnits = record.filledUnits
    order.cumQtyUnits = record.cumQtyUnits
    if (record.venueOrderId !== '') order.venueOrderId = record.venueOrderId
  }

  /** It was found, not sent: no order of the task's own. */
  #foldForeign(record: RecordBody<'order_foreign'>): void {
    const order = this.orders.get(`${record.clientIdHi}:${record.clientIdLo}`)
    if (order === undefined) return
    order.foreignId = record.foreignId
    const task = this.tasks.get(order.created.task)
    if (task !== undefined) task.orders--
  }

  #count(order: PastOrder, record: RecordBody<'order_event'>): void {
    const task = this.tasks.get(order.created.task)
    if (task === undefined) return
    const isReprice =
      record.event === OrderEvent.CancelSend &&
      record.reason === CancelCause.Reprice &&
      order.state !== OrderState.PendingCancel
    if (isReprice) task.reprices++
    if (record.event === OrderEvent.Reject) task.rejects++
    // Never left the house: the task counts it as no order.
    if (record.event === OrderEvent.SendRefused) task.orders--
  }

  #foldFill(record: RecordBody<'fill'>): void {
    this.fills.push({
      fill: record,
      instrument: this.#instrument(record.instrument),
      account: this.#account(record.account),
    })
  }

  #stamp(wallUs: number, nowNs: number): void {
    this.#stampWallUs = wallUs
    this.#stampNowNs = nowNs
  }

  #wallUsAt(nowNs: number): number {
    return this.#stampWallUs + (nowNs - this.#stampNowNs) / NS_PER_US
  }

  #instrument(index: number): InstrumentFacts {
    return known(this.#instruments.get(index), `instrument ${index}`)
  }

  #account(index: number): PastAccount {
    return known(this.#accounts.get(index), `account ${index}`)
  }

  #task(index: number): PastTask {
    return known(this.tasks.get(index), `task ${index}`)
  }
}

function newPastTask(record: RecordBody<'task_created'>): PastTask {
  return {
    index: record.task,
    id: record.id,
    type: record.type,
    parameters: record.parameters,
    state: 0,
    stateName: 'NOT_STARTED',
    reason: '',
    note: null,
    orders: 0,
    rejects: 0,
    reprices: 0,
  }
}

function known<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value
  throw new EngineError(
    'journal_inconsistent',
    `the journal names ${what} before saying what it is; it was not written by this program`,
    'fatal',
  )
}
