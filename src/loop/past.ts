// What a journal says happened, folded into the facts that a new start needs: tasks, the orders
// that may still matter with their fills, and what all others added up to. Pure over records; it
// neither trusts nor asks a venue. Records of a snapshot (snapshot.ts) put back what was folded
// when it was taken.
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_US } from '#core/units.ts'
import type { JournalHistory } from '#journal/reader.ts'
import type { JournalRecord, RecordBody } from '#journal/record-layout.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import { clientIdParts } from '#order/client-order-id.ts'
import { CancelCause } from '#order/intent.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import type { KillCause } from '#risk/kill-switch.ts'
import {
  feesOf,
  ForgottenSums,
  hasEnded,
  isForgettable,
  isRecent,
  orderKey,
  ordersToForget,
  scopeOf,
} from './forgetting.ts'
import {
  newPastTask,
  type Moment,
  type PastAccount,
  type PastCursor,
  type PastFill,
  type PastLife,
  type PastOrder,
} from './past-facts.ts'
import { PastFills } from './past-fills.ts'

/** Orders that are kept beyond those of the last sifting before it is done again. */
const SIFT_ORDERS_MIN = 16_384

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

export class Past {
  readonly tasks = new Map<number, PastTask>()
  readonly orders = new Map<string, PastOrder>()
  /** What the fills of all other orders come to. */
  readonly forgotten = new ForgottenSums()
  readonly #fills = new PastFills(this.forgotten)
  /** By account and instrument. */
  readonly cursors = new Map<string, PastCursor>()
  /** False for an empty journal. */
  readonly exists: boolean
  readonly endedClean: boolean
  /** Wall time of the last sign of life. */
  readonly lastWallUs: number
  /** Of the first: nothing that this journal tells of is older. */
  firstWallUs = Infinity
  /** Why the kill switch is engaged: nobody has released it; null while it is not. */
  killCause: KillCause | null = null

  readonly #incarnationFirst: number
  #life: PastLife = { number: 0, start: null, instruments: new Map(), accounts: new Map() }
  #stampWallUs = 0
  #stampNowNs = 0
  #lastNowNs = 0
  #latestUs = 0
  #siftAtOrders = SIFT_ORDERS_MIN

  constructor(history: JournalHistory) {
    // A segment without a header is a life that was cut off in its first moment.
    this.exists = history.headers.length + history.headerlessCount > 0
    this.endedClean = history.endedClean
    this.lastWallUs = history.lastWallUs
    this.#incarnationFirst = history.incarnationFirst ?? 0
    for (const record of history.records()) {
      this.#fold(record)
      this.#lastNowNs = record.nowNs
      this.#latestUs = Math.max(this.#latestUs, this.#wallUsAt(record.nowNs))
      if (this.orders.size > this.#siftAtOrders) this.#sift()
    }
    this.#sift()
  }

  /** It was ended cleanly, or there is none: no order of it can be unknown to this journal. */
  get isSettled(): boolean {
    return !this.exists || this.endedClean
  }

  /** Of the orders above; each order's in the journal's order. */
  get fills(): readonly PastFill[] {
    return this.#fills.all()
  }

  /** The incarnation that wrote last. */
  get life(): PastLife {
    return this.#life
  }

  /** The newest pair of wall clock and monotonic clock. */
  get stamp(): { readonly wallUs: number; readonly nowNs: number } {
    return { wallUs: this.#stampWallUs, nowNs: this.#stampNowNs }
  }

  /** The latest that the wall clock has shown. */
  get latestUs(): number {
    return this.#latestUs
  }

  /** Up to where the trades of this account and symbol are known; null where nothing says so. */
  cursorOf(account: PastAccount, symbol: string): PastCursor | null {
    return this.cursors.get(`${account.market} ${account.name} ${symbol}`) ?? null
  }

  #fold(record: JournalRecord): void {
    switch (record.kind) {
      case 'engine_start':
        this.firstWallUs = Math.min(this.firstWallUs, record.wallUs)
        this.#life = {
          number: this.#life.number + 1,
          start: record,
          instruments: new Map(),
          accounts: new Map(),
        }
        return this.#stamp(record.wallUs, record.nowNs)
      case 'clock_stamp':
        return this.#stamp(record.wallUs, record.nowNs)
      case 'instrument':
        return this.#foldInstrument(record)
      case 'account':
        this.#life.accounts.set(record.index, { market: record.market, name: record.name })
        return
      case 'order_created':
        return this.#foldCreated(record)
      case 'order_event':
        return this.#foldEvent(record)
      case 'order_foreign':
        return this.#foldForeign(record)
      case 'fill':
        return this.#foldFill(record)
      case 'listing_cursor':
        return this.#foldCursor(record)
      case 'kill_switch': {
        const { engaged, origin, who, reason } = record
        this.killCause = engaged ? { origin, who, reason } : null
        return
      }
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
        return this.#foldSnapshot(record)
    }
  }

  #foldSnapshot(record: JournalRecord): void {
    switch (record.kind) {
      case 'task_counts': {
        const task = this.#task(record.task)
        task.orders = record.orders
        task.rejects = record.rejects
        task.reprices = record.reprices
        return
      }
      case 'task_totals':
        return this.forgotten.addTotals(record.task, {
          instrument: this.#instrument(record.instrument),
          qtyUnits: record.qtyUnits,
          notionalUnits: BigInt(record.notional),
          count: record.fills,
          feeByAsset: feesOf(record.fees),
        })
      case 'position':
        return this.forgotten.addPosition({
          account: this.#account(record.account),
          instrument: this.#instrument(record.instrument),
          netUnits: record.netUnits,
        })
      case 'journal_began':
        this.firstWallUs = Math.min(this.firstWallUs, record.wallUs)
        return
      case 'order_row':
        return this.#foldOrderRow(record)
      case 'fill_row':
        return this.#foldFillRow(record)
      default:
        return
    }
  }

  #foldInstrument(record: RecordBody<'instrument'>): void {
    const facts = JSON.parse(record.facts) as InstrumentFacts
    this.#life.instruments.set(record.index, facts)
    this.forgotten.learn(facts)
  }

  #foldCreated(record: RecordBody<'order_created'> & { readonly nowNs: number }): void {
    const touched = this.#momentOf(record.nowNs)
    const key = orderKey(record)
    // One that turned up again is a new one, wherever it stood. Its fills stay: what was listed now
    // may be listed again, and only their trade ids tell that they are counted. Unless a snapshot
    // would have forgotten them by now: then it must not matter whether there was one.
    if (isForgettable(key, this.orders, this.cursors, touched)) this.#fills.forget(key, touched)
    this.orders.delete(key)
    this.orders.set(key, {
      created: record,
      instrument: this.#instrument(record.instrument),
      account: this.#account(record.account),
      createdWallUs: this.#wallUsAt(record.nowNs),
      madeUs: touched.latestUs,
      touched,
      state: OrderState.Created,
      filledUnits: 0,
      cumQtyUnits: 0,
      venueOrderId: '',
      foreignId: '',
    })
    const task = this.tasks.get(record.task)
    if (task !== undefined) task.orders++
  }

  #foldEvent(record: RecordBody<'order_event'> & { readonly nowNs: number }): void {
    const order = this.#remembered(record, record.nowNs)
    if (order === undefined) return
    this.#count(order, record)
    order.touched = this.#momentOf(record.nowNs)
    order.state = record.stateAfter as OrderState
    order.filledUnits = record.filledUnits
    order.cumQtyUnits = record.cumQtyUnits
    if (record.venueOrderId !== '') order.venueOrderId = record.venueOrderId
  }

  /** It was found, not sent: no order of the task's own. */
  #foldForeign(record: RecordBody<'order_foreign'>): void {
    const order = this.orders.get(orderKey(record))
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

  #foldFill(record: RecordBody<'fill'> & { readonly nowNs: number }): void {
    const booked = this.#momentOf(record.nowNs)
    const order = this.#remembered(record, record.nowNs)
    if (order !== undefined) order.touched = booked
    this.#fills.keep({
      fill: record,
      instrument: this.#instrument(record.instrument),
      account: this.#account(record.account),
      task: order?.created.task ?? this.#taskOf(record),
      booked,
    })
  }

  #foldCursor(record: RecordBody<'listing_cursor'>): void {
    const { wallUs, tradeId } = record
    const account = this.#account(record.account)
    const cursor = { account, instrument: this.#instrument(record.instrument), wallUs, tradeId }
    // It never goes back: what it has passed may be forgotten.
    const known = this.cursors.get(scopeOf(cursor))
    if (known === undefined || cursor.wallUs > known.wallUs)
      this.cursors.set(scopeOf(cursor), cursor)
  }

  #foldOrderRow(record: RecordBody<'order_row'> & { readonly nowNs: number }): void {
    const { createdWallUs, madeUs, touchedUs, isOfLastLife } = record
    this.orders.set(orderKey(record), {
      created: record,
      instrument: this.#instrument(record.instrument),
      account: this.#account(record.account),
      createdWallUs,
      madeUs,
      touched: this.#momentOfRow(touchedUs, record.nowNs, isOfLastLife),
      state: record.orderState as OrderState,
      filledUnits: record.filledUnits,
      cumQtyUnits: record.cumQtyUnits,
      venueOrderId: record.venueOrderId,
      foreignId: record.foreignId,
    })
  }

  #foldFillRow(record: RecordBody<'fill_row'> & { readonly nowNs: number }): void {
    this.#fills.keep({
      fill: record,
      instrument: this.#instrument(record.instrument),
      account: this.#account(record.account),
      task: record.task,
      booked: this.#momentOfRow(record.bookedUs, record.nowNs, record.isOfLastLife),
    })
  }

  /** The order, if it still mattered at that time. */
  #remembered(
    id: { readonly clientIdHi: number; readonly clientIdLo: number },
    nowNs: number,
  ): PastOrder | undefined {
    const order = this.orders.get(orderKey(id))
    if (order === undefined || !hasEnded(order)) return order
    return isRecent(order.touched, this.#momentOf(nowNs)) ? order : undefined
  }

  /** Of an order that is not remembered: as order truth would say when it turned up. */
  #taskOf(id: { readonly clientIdHi: number; readonly clientIdLo: number }): number {
    const { task, incarnation } = clientIdParts(id.clientIdHi, id.clientIdLo)
    const isKnown = incarnation >= this.#incarnationFirst && this.tasks.has(task)
    return isKnown ? task : ORPHAN_TASK
  }

  /** Drops what no longer matters, and keeps what it came to. */
  #sift(): void {
    const now = this.#momentOf(this.#lastNowNs)
    for (const key of ordersToForget(this.orders, this.cursors, now)) this.orders.delete(key)
    this.#fills.sift(this.orders, now)
    this.#siftAtOrders = 2 * this.orders.size + SIFT_ORDERS_MIN
  }

  #stamp(wallUs: number, nowNs: number): void {
    this.#stampWallUs = wallUs
    this.#stampNowNs = nowNs
  }

  #wallUsAt(nowNs: number): number {
    return this.#stampWallUs + (nowNs - this.#stampNowNs) / NS_PER_US
  }

  #momentOf(nowNs: number): Moment {
    const latestUs = Math.max(this.#latestUs, this.#wallUsAt(nowNs))
    return { latestUs, nowNs, life: this.#life.number }
  }

  /** The life that a snapshot's rows call the last begins behind them. */
  #momentOfRow(latestUs: number, nowNs: number, isOfLastLife: boolean): Moment {
    return { latestUs, nowNs, life: this.#life.number + (isOfLastLife ? 1 : 0) }
  }

  #instrument(index: number): InstrumentFacts {
    return known(this.#life.instruments.get(index), `instrument ${index}`)
  }

  #account(index: number): PastAccount {
    return known(this.#life.accounts.get(index), `account ${index}`)
  }

  #task(index: number): PastTask {
    return known(this.tasks.get(index), `task ${index}`)
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
