// Iceberg: sells or buys a total in slices, one working order at a time, never more than asked.
//
// Each step reads the world as it is now: what filled, what is live, where the market stands net of
// our own order. One cycle: settle the working order → complete if nothing remains → take it back
// if its price is stale → place the next slice. A replacement is sent only after the cancel is
// final (H7), so filled + open + in flight + unknown never exceeds the total.
// It keeps no clock and knows no venue; iceberg-states.ts is its life as a table.
import { assert } from '#core/assert.ts'
import type { EngineError } from '#core/engine-error.ts'
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_MS, NS_PER_S, qtyUnits } from '#core/units.ts'
import type { MonoNs, QtyUnits, WallUs } from '#core/units.ts'
import type { PriceUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { CancelCause, type TaskAddress } from '#order/intent.ts'
import { isSettled } from '#order/live-orders.ts'
import { OrderType, RejectReason } from '#order/order-codes.ts'
import { OrderState } from '#order/order-state.ts'
import { fundsFault, spentAsset } from './funds.ts'
import { bindIceberg, parseIceberg } from './iceberg-parameters.ts'
import type { IcebergParameters, IcebergUnits } from './iceberg-parameters.ts'
import { icebergReport, IcebergProgress, unroutableText } from './iceberg-progress.ts'
import { ICEBERG_STATE_NAMES, IcebergEvent, IcebergState } from './iceberg-states.ts'
import { icebergTransitions, isIcebergDone } from './iceberg-states.ts'
import { isStalePrice } from './order-pricing.ts'
import { NO_PRICE, Quote } from './quote.ts'
import { SliceSchedule, type SlicePlan } from './slice-schedule.ts'
import { Trouble } from './trouble.ts'
import type { SavedTask, Task, TaskCommand, TaskContext, TaskReport, TaskUpdate } from './task.ts'

const NONE = -1
/** H4: post-only refusals in a row before the pace of repricing applies. */
const POST_ONLY_RETRIES_MAX = 5

const COMMAND_EVENTS: Readonly<Record<Exclude<TaskCommand, 'update'>, IcebergEvent>> = {
  start: IcebergEvent.Start,
  pause: IcebergEvent.Pause,
  resume: IcebergEvent.Resume,
  cancel: IcebergEvent.Cancel,
  recover: IcebergEvent.Recover,
}

export interface IcebergOptions {
  readonly index: number
  readonly id: string
  readonly account: number
  readonly instrument: Instrument
  readonly parameters: IcebergParameters
  /** The same in the user's words. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Of size and time jitter; the same seed gives the same slices, also after a restart. */
  readonly seed: number
}

export class Iceberg implements Task {
  readonly type = 'iceberg'
  readonly index: number
  readonly id: string
  readonly account: number
  readonly instruments: readonly number[]
  readonly #context: TaskContext
  readonly #instrument: Instrument
  readonly #progress = new IcebergProgress()
  readonly #slices: SliceSchedule
  readonly #tag: string
  parameters: Readonly<Record<string, unknown>>
  #parameters: IcebergParameters
  #slicePlan: SlicePlan
  #units: IcebergUnits
  #trouble: Trouble
  readonly #quote: Quote
  readonly #address: TaskAddress
  #state: IcebergState = IcebergState.NotStarted
  #reason = ''
  #working = NONE
  #fillsSeen = 0
  #placedNs = 0
  #repriceAllowedNs = 0
  #postOnlyRefusals = 0

  constructor(context: TaskContext, options: IcebergOptions) {
    this.#context = context
    this.index = options.index
    this.id = options.id
    this.account = options.account
    this.instruments = [options.instrument.index]
    this.#instrument = options.instrument
    this.parameters = options.raw
    this.#parameters = options.parameters
    this.#units = bindIceberg(options.parameters, options.instrument, options.id)
    this.#slicePlan = { ...options.parameters, orderQty: this.#units.orderQty }
    this.#slices = new SliceSchedule(options.instrument, options.seed)
    this.#trouble = new Trouble(options.parameters.consecutiveRejectsMax)
    this.#quote = new Quote(context.market, options.instrument, options.account)
    this.#address = {
      index: options.index,
      account: options.account,
      instrument: options.instrument.index,
      side: this.#units.side,
    }
    const { venue, side } = options.parameters
    const symbol = options.instrument.symbol.replace('/', '')
    this.#tag = `IcebergTask_${venue}_${symbol}_${side}`.toUpperCase().replace('TASK', 'Task')
  }

  get stateName(): string {
    return ICEBERG_STATE_NAMES[this.#state]
  }

  get isOver(): boolean {
    if (isIcebergDone(this.#state)) return true
    return this.#state === IcebergState.Error && !this.#willRecover
  }

  get totalUnits(): number {
    return this.#units.totalQty
  }

  get filledUnits(): number {
    return this.#filled()
  }

  get isCompleted(): boolean {
    return this.#state === IcebergState.Completed
  }

  step(nowNs: MonoNs): void {
    this.#observe(nowNs)
    switch (this.#state) {
      case IcebergState.Idle:
        return this.#stepIdle(nowNs)
      case IcebergState.Executing:
        return this.#stepExecuting(nowNs)
      case IcebergState.Pausing:
      case IcebergState.Cancelling:
        return this.#stepTakingBack(nowNs)
      case IcebergState.Paused:
        if (this.#remaining() <= 0)
          this.#enter(IcebergEvent.TotalFilled, 'filled while paused', nowNs)
        return
      case IcebergState.Error:
        return this.#stepError(nowNs)
      default:
        return
    }
  }

  command(command: TaskCommand, update: TaskUpdate | null, nowNs: MonoNs): EngineError | null {
    if (command === 'update') {
      assert(update !== null, 'an update carries parameters')
      this.#update(update, nowNs)
      return null
    }
    const event = COMMAND_EVENTS[command]
    if (!icebergTransitions.allows(this.#state, event)) {
      return icebergTransitions.refusal(this.#state, event)
    }
    if (command === 'start') this.#progress.startedNs = nowNs
    if (command === 'recover') this.#forgetTrouble()
    this.#enter(event, `${command} by command`, nowNs)
    this.step(nowNs)
    return null
  }

  restore(saved: SavedTask, nowNs: MonoNs): void {
    assert(saved.state < ICEBERG_STATE_NAMES.length, 'a journalled state this table knows')
    this.#state = saved.state as IcebergState
    this.#reason = saved.reason
    this.#progress.restore(saved)
    this.#fillsSeen = this.#context.fills.totals(this.index).count
    this.#slices.restore(saved.orders)
    if (this.#state !== IcebergState.NotStarted && !this.isOver) this.#progress.startedNs = nowNs
  }

  report(nowNs: MonoNs, wallUs: WallUs): TaskReport {
    const { suspended } = this.#trouble
    return icebergReport(
      {
        id: this.id,
        stateName: this.stateName,
        reason: suspended === '' ? this.#reason : `suspended: ${suspended}`,
        isCancelled: this.#state === IcebergState.Cancelled,
        isCompleted: this.isCompleted,
        unroutable: unroutableText(this.#parameters.totalQuantity, this.#units, this.#instrument),
        parameters: this.#parameters,
        units: this.#units,
        instrument: this.#instrument,
        totals: this.#context.fills.totals(this.index),
        progress: this.#progress,
      },
      nowNs,
      wallUs,
    )
  }

  onPlaced(order: number, nowNs: MonoNs): void {
    this.#working = order
    this.#placedNs = nowNs
    this.#progress.ordersCount++
    this.#slices.placed()
    if (this.#trouble.suspended !== '') this.#resumeFromSuspension(nowNs)
    this.#context.event('task.order_placed', this.#tag, '', nowNs)
  }

  onPlaceRefused(outcome: number, rule: string, nowNs: MonoNs): void {
    if (outcome !== Outcome.Refused) {
      // Full, not ready or out of budget: these pass by themselves.
      this.#trouble.pace.later(nowNs, 10 * NS_PER_MS)
      this.#wake(this.#trouble.pace.notBeforeNs)
      return
    }
    this.#progress.rejectsCount++
    this.#trouble.pace.refused(nowNs)
    this.#wake(this.#trouble.pace.notBeforeNs)
    this.#reason = `risk: ${rule}`
  }

  #stepIdle(nowNs: MonoNs): void {
    const { market } = this.#context
    if (!this.#context.isReady(this.account)) return
    if (!market.isTradable(this.#instrument.index, nowNs, this.#parameters.bookAgeMaxNs)) return
    if (this.#progress.arrivalMid === 0 && !this.#arrive(nowNs)) return
    const fault = this.#progress.ordersCount === 0 ? this.#fundsFault() : ''
    this.#enter(IcebergEvent.Ready, '', nowNs)
    if (fault !== '') return this.#fault(fault, false, nowNs)
    this.#stepExecuting(nowNs)
  }

  /** H16: the mid net of own at the first LIVE book at or after start. */
  #arrive(nowNs: MonoNs): boolean {
    const mid = this.#quote.mid()
    if (mid === 0) return false
    this.#progress.arrivalMid = mid
    this.#context.journal.taskNote(this.index, this.#progress.note(nowNs), nowNs)
    return true
  }

  #stepExecuting(nowNs: MonoNs): void {
    const context = this.#context
    const instrument = this.#instrument.index
    if (this.#trouble.pace.isExhausted)
      return this.#fault(this.#reason || 'rejections in a row', true, nowNs)
    if (!context.isReady(this.account)) return
    if (context.live.hasUnknown(this.index)) return
    if (this.#working === NONE) this.#working = context.live.firstOfTask(this.index)
    const remaining = this.#remaining()
    if (remaining <= 0 && context.live.firstOfTask(this.index) === NONE) {
      return this.#enter(IcebergEvent.TotalFilled, 'filled', nowNs)
    }
    if (!context.market.isTradable(instrument, nowNs, this.#parameters.bookAgeMaxNs)) {
      return this.#stepStaleBook(nowNs)
    }
    const price = this.#desiredPrice()
    if (price <= NO_PRICE) return
    if (this.#working === NONE) this.#placeNext(price, remaining, nowNs)
    else this.#tendWorking(price, nowNs)
  }

  /** H14: nothing is placed on a stale book; the working order is taken back, never repriced. */
  #stepStaleBook(nowNs: MonoNs): void {
    const { bookAgeCancelNs, bookAgeMaxNs, toleranceTicks, onHalt } = this.#parameters
    const ageNs = this.#context.market.bookAgeNs(this.#instrument.index, nowNs)
    const isOld = ageNs > Math.max(bookAgeCancelNs, bookAgeMaxNs) && onHalt === 'cancel'
    const moved = this.#context.market.movedTicks(this.#instrument.index)
    if (isOld || moved >= 2 * Math.max(1, toleranceTicks)) {
      this.#takeBack(CancelCause.StaleBook)
    } else {
      this.#wake(nowNs + 100 * NS_PER_MS)
    }
  }

  #tendWorking(desired: PriceUnits, nowNs: MonoNs): void {
    const { orders } = this.#context
    const state = orders.state[this.#working]!
    if (state !== OrderState.Open && state !== OrderState.PartiallyFilled) return
    const { sliceTimeoutNs, reprice, reference, toleranceTicks } = this.#parameters
    if (sliceTimeoutNs > 0 && nowNs >= this.#placedNs + sliceTimeoutNs) {
      return this.#takeBack(CancelCause.SliceTimeout)
    }
    if (sliceTimeoutNs > 0) this.#wake(this.#placedNs + sliceTimeoutNs)
    const working = orders.priceUnits[this.#working]! as PriceUnits
    const tickUnits = this.#instrument.tickUnits
    if (reprice === 'never' || reference === 'fixed') return
    if (!isStalePrice(desired, working, toleranceTicks, tickUnits)) return
    if (nowNs < this.#repriceAllowedNs) return this.#wake(this.#repriceAllowedNs)
    this.#repriceAllowedNs = nowNs + this.#repriceIntervalNs()
    this.#progress.repricesCount++
    this.#slices.isReplacement = true
    this.#context.event('task.stale', this.#tag, '', nowNs)
    this.#takeBack(CancelCause.Reprice)
  }

  #placeNext(price: PriceUnits, remaining: QtyUnits, nowNs: MonoNs): void {
    if (this.#progress.ordersCount >= this.#parameters.ordersMax) {
      return this.#fault(`max_orders: ${this.#parameters.ordersMax} reached`, false, nowNs)
    }
    const notBeforeNs = Math.max(this.#trouble.pace.notBeforeNs, this.#slices.allowedNs)
    if (nowNs < notBeforeNs) return this.#wake(notBeforeNs)
    const qty = this.#slices.nextQty(this.#slicePlan, remaining, price)
    if (qty === 0) return this.#finishWithResidual(nowNs)
    const type = this.#parameters.postOnly ? OrderType.LimitMaker : OrderType.Limit
    this.#context.intents.place(this.#address, type, price, qty)
  }

  #finishWithResidual(nowNs: MonoNs): void {
    const hasFilled = this.#filled() > 0
    if (hasFilled) {
      return this.#enter(IcebergEvent.TotalFilled, 'residual below the venue minimum', nowNs)
    }
    this.#fault("total_quantity is below the venue's minimum order; raise it", false, nowNs)
  }

  #stepTakingBack(nowNs: MonoNs): void {
    if (this.#context.live.firstOfTask(this.index) !== NONE) {
      const isPause = this.#state === IcebergState.Pausing
      return this.#takeBack(isPause ? CancelCause.Pause : CancelCause.Cancel)
    }
    if (this.#remaining() <= 0) this.#enter(IcebergEvent.TotalFilled, 'filled', nowNs)
    else this.#enter(IcebergEvent.Settled, this.#reason, nowNs)
  }

  #stepError(nowNs: MonoNs): void {
    if (!this.#willRecover || this.#context.live.hasUnknown(this.index)) return
    const atNs = this.#trouble.recoverAtNs(nowNs)
    if (nowNs < atNs) return this.#wake(atNs)
    this.#trouble.recovering()
    this.#enter(IcebergEvent.Recover, `attempt ${this.#trouble.attempts}`, nowNs)
  }

  /** Asks for the cancel of every order of ours that is open; the rest settles by itself. */
  #takeBack(cause: CancelCause): void {
    const { live, orders, intents } = this.#context
    for (let o = live.firstOfTask(this.index); o !== NONE; o = live.nextOfTask(o)) {
      const state = orders.state[o]!
      const canCancel = state === OrderState.Open || state === OrderState.PartiallyFilled
      if (canCancel) intents.cancel(this.index, o, cause)
    }
  }

  /** Learns what became of the working order since the last step. */
  #observe(nowNs: MonoNs): void {
    const totals = this.#context.fills.totals(this.index)
    if (totals.count !== this.#fillsSeen) {
      this.#fillsSeen = totals.count
      this.#progress.lastFillMid = this.#quote.mid() || this.#progress.lastFillMid
      this.#trouble.forget()
      this.#context.event('task.order_filled', this.#tag, '', nowNs)
    }
    const order = this.#working
    if (order === NONE) return
    const { orders } = this.#context
    const state = orders.state[order]!
    if (state === OrderState.Open || state === OrderState.PartiallyFilled)
      this.#trouble.pace.succeeded()
    if (!isSettled(orders, order)) return
    this.#working = NONE
    if (state === OrderState.Rejected) this.#onRejected(orders.rejectReason[order]!, nowNs)
    else if (state === OrderState.Filled) this.#onSliceFilled(nowNs)
  }

  #onSliceFilled(nowNs: MonoNs): void {
    this.#trouble.pace.succeeded()
    this.#postOnlyRefusals = 0
    this.#slices.filled(this.#slicePlan, nowNs)
  }

  #onRejected(reason: number, nowNs: MonoNs): void {
    switch (reason) {
      case RejectReason.PostOnlyWouldTake: {
        this.#postOnlyRefusals++
        if (this.#postOnlyRefusals % POST_ONLY_RETRIES_MAX === 0) {
          this.#trouble.pace.later(nowNs, this.#parameters.repriceIntervalNs)
        }
        return
      }
      case RejectReason.InsufficientBalance:
        return this.#suspend('insufficient_balance', nowNs)
      case RejectReason.MarketClosed:
        return this.#suspend('market_closed', nowNs)
      default:
        this.#progress.rejectsCount++
        this.#reason = 'rejected by the venue'
        this.#trouble.pace.refused(nowNs)
        this.#wake(this.#trouble.pace.notBeforeNs)
    }
  }

  /** H15, H29: nothing is sent, clocks run, one probe a second; too long is a fault. */
  #suspend(why: string, nowNs: MonoNs): void {
    this.#progress.rejectsCount++
    if (this.#trouble.suspend(why, nowNs)) {
      this.#context.event('task.suspended', this.#tag, why, nowNs)
    }
    if (this.#trouble.suspendedForNs(nowNs) > this.#parameters.haltMaxNs) {
      return this.#fault(why, true, nowNs)
    }
    this.#wake(this.#trouble.pace.notBeforeNs)
  }

  #resumeFromSuspension(nowNs: MonoNs): void {
    this.#context.event('task.resumed', this.#tag, this.#trouble.suspended, nowNs)
    this.#trouble.suspended = ''
  }

  #fault(reason: string, canHeal: boolean, nowNs: MonoNs): void {
    this.#trouble.fault(canHeal)
    this.#takeBack(CancelCause.Fault)
    this.#enter(IcebergEvent.Fault, reason, nowNs)
  }

  get #willRecover(): boolean {
    return this.#parameters.autoRecover && this.#trouble.canRecover
  }

  #forgetTrouble(): void {
    this.#trouble.forget()
    this.#trouble.pace.succeeded()
  }

  /** H21: the whole new set is validated first; a working order that no longer fits is taken back. */
  #update(update: TaskUpdate, nowNs: MonoNs): void {
    const parameters = parseIceberg(update.raw, this.id)
    const units = bindIceberg(parameters, this.#instrument, this.id)
    const sameSlice = units.orderQty === this.#units.orderQty
    this.parameters = update.raw
    this.#parameters = parameters
    this.#units = units
    this.#slicePlan = { ...parameters, orderQty: units.orderQty }
    this.#trouble = new Trouble(parameters.consecutiveRejectsMax)
    if (this.#remaining() < 0 || !sameSlice) this.#takeBack(CancelCause.Update)
    this.#wake(nowNs)
  }

  /** The single door between states: journals, stamps, tells. */
  #enter(event: IcebergEvent, reason: string, nowNs: MonoNs): void {
    const next = icebergTransitions.next(this.#state, event)
    assert(next !== -1, 'the iceberg asked for a transition its table does not have')
    this.#state = next as IcebergState
    this.#reason = reason
    if (this.isOver) {
      this.#progress.endedNs = nowNs
      this.#context.journal.taskNote(this.index, this.#progress.note(nowNs), nowNs)
    }
    this.#context.journal.taskState(this.index, next, this.stateName, reason, nowNs)
    const code = this.isCompleted ? 'task.completed' : 'task.state'
    this.#context.event(code, this.#tag, `${this.stateName} ${reason}`.trim(), nowNs)
    if (!this.isOver) this.#wake(nowNs)
  }

  /** What may still be sent: total less filled, open, in flight, unknown and owed. */
  #remaining(): QtyUnits {
    const exposure = this.#context.live.exposureOfTask(this.index)
    return qtyUnits(this.#units.totalQty - this.#filled() - exposure)
  }

  #filled(): number {
    return this.#units.resumeFilledQty + this.#context.fills.totals(this.index).qtyUnits
  }

  #repriceIntervalNs(): number {
    const { repriceIntervalNs, repricesPerMinuteMax } = this.#parameters
    return Math.max(repriceIntervalNs, Math.floor((60 * NS_PER_S) / repricesPerMinuteMax))
  }

  #desiredPrice(): PriceUnits {
    const { priceRule, fixedPrice } = this.#units
    return this.#quote.price(priceRule, this.#parameters.reference, fixedPrice)
  }

  #fundsFault(): string {
    const side = this.#units.side
    const price = this.#desiredPrice()
    const need = { instrument: this.#instrument, side, qty: this.#remaining(), price }
    const free = this.#context.freeFunds(this.account, spentAsset(this.#instrument, side))
    return fundsFault(need, free)
  }

  #wake(deadlineNs: number): void {
    this.#context.wakeAt(this.index, monoNs(deadlineNs))
  }
}
