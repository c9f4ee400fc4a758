// Hot path.
// One cycle of an iceberg while it executes: settle the working order → finish if nothing remains →
// take it back if its price is stale → place the next slice. It says what it found as a verdict;
// which state follows is iceberg.ts. A replacement is sent only after the cancel is final (H7), so
// filled + open + in flight + unknown never exceeds the total.
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_MS, qtyUnits } from '#core/units.ts'
import type { MonoNs, PriceUnits, QtyUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { CancelCause, type TaskAddress } from '#order/intent.ts'
import { OrderType, RejectReason } from '#order/order-codes.ts'
import { fundsFault, spentAsset } from './funds.ts'
import type { IcebergParameters, IcebergUnits } from './iceberg-parameters.ts'
import { IcebergProgress } from './iceberg-progress.ts'
import { isStalePrice } from './order-pricing.ts'
import { MinuteLimit } from './minute-limit.ts'
import { NO_PRICE, Quote } from './quote.ts'
import { SliceSchedule, type SlicePlan } from './slice-schedule.ts'
import { taskTag, type TaskContext } from './task.ts'
import { Trouble } from './trouble.ts'
import { Fate, WorkingOrder } from './working-order.ts'

/** H4: post-only refusals in a row before the pace of repricing applies. */
const POST_ONLY_RETRIES_MAX = 5
/** How soon to ask again after a local condition that passes by itself. */
const LOCAL_RETRY_NS = 10 * NS_PER_MS
/** While funds lack, the balances the venue pushes are looked at; the venue is not asked. */
const FUNDS_LOOK_NS = 100 * NS_PER_MS
const STALE_BOOK_LOOK_NS = 100 * NS_PER_MS
/** While the order table has no room, nothing tells when it has again. */
const ROOM_LOOK_NS = 100 * NS_PER_MS

export const Verdict = { Continue: 0, TotalFilled: 1, Fault: 2 } as const
export type Verdict = (typeof Verdict)[keyof typeof Verdict]

export interface IcebergCycleOptions {
  readonly index: number
  readonly account: number
  readonly instrument: Instrument
  readonly parameters: IcebergParameters
  readonly units: IcebergUnits
  /** Of size and time jitter; the same seed gives the same slices, also after a restart. */
  readonly seed: number
}

export class IcebergCycle {
  readonly progress = new IcebergProgress()
  readonly working: WorkingOrder
  readonly tag: string
  parameters: IcebergParameters
  units: IcebergUnits
  trouble: Trouble
  /** Why the last verdict was what it was. */
  reason = ''
  readonly #context: TaskContext
  readonly #instrument: Instrument
  readonly #address: TaskAddress
  readonly #slices: SliceSchedule
  readonly #quote: Quote
  #slicePlan: SlicePlan
  #fillsSeen = 0
  #reprices: MinuteLimit
  #repriceAllowedNs = 0
  #postOnlyRefusals = 0
  #isFaulty = false
  /** '' or why nobody may send, as last seen. */
  #halt = ''

  constructor(context: TaskContext, options: IcebergCycleOptions) {
    const { index, account, instrument, parameters, units } = options
    this.#context = context
    this.#instrument = instrument
    this.#address = { index, account, instrument: instrument.index, side: units.side }
    this.#slices = new SliceSchedule(instrument, options.seed)
    this.#quote = new Quote(context.market, instrument, account)
    this.working = new WorkingOrder(index, context)
    this.tag = taskTag('Iceberg', instrument, parameters.side)
    this.parameters = parameters
    this.units = units
    this.#slicePlan = slicePlan(parameters, units)
    this.trouble = new Trouble(parameters.consecutiveRejectsMax)
    this.#reprices = new MinuteLimit(parameters.repricesPerMinuteMax)
  }

  /** After a restart: what was filled and sent before is not news. */
  restore(ordersCount: number): void {
    this.#fillsSeen = this.#context.fills.totals(this.#address.index).count
    this.#slices.restore(ordersCount)
  }

  /** H21: a working order that no longer fits is taken back. */
  update(parameters: IcebergParameters, units: IcebergUnits): void {
    const isOtherSlice = units.orderQty !== this.units.orderQty
    this.parameters = parameters
    this.units = units
    this.#slicePlan = slicePlan(parameters, units)
    this.trouble = new Trouble(parameters.consecutiveRejectsMax)
    this.#reprices = new MinuteLimit(parameters.repricesPerMinuteMax)
    if (this.remaining() < 0 || isOtherSlice) this.working.takeBack(CancelCause.Update)
  }

  /**
   * Nobody may send: the task is suspended, however long it takes, and goes on where it was. Its
   * working order is taken back by whoever halted it.
   */
  isHalted(nowNs: MonoNs): boolean {
    const why = this.#context.halt()
    if (why === '') {
      if (this.#halt !== '' && this.trouble.suspended !== '') this.#resumeFromSuspension(nowNs)
      this.#halt = ''
      return false
    }
    this.#halt = why
    if (this.trouble.suspended === why) return true
    this.trouble.suspend(why, nowNs)
    this.#context.event('task.suspended', this.tag, why, nowNs)
    return true
  }

  /** The account is reconciled, the book is LIVE and an arrival price is known (H16). */
  isReady(nowNs: MonoNs): boolean {
    const { market, journal } = this.#context
    const { index, account, instrument } = this.#address
    if (this.isHalted(nowNs)) return false
    if (!this.#context.isReady(account)) return false
    if (!market.isTradable(instrument, nowNs, this.parameters.bookAgeMaxNs)) return false
    if (this.progress.arrivalMid !== 0) return true
    this.progress.arrivalMid = this.#quote.mid()
    if (this.progress.arrivalMid === 0) return false
    journal.taskNote(index, this.progress.note(nowNs), nowNs)
    return true
  }

  /** H22: the order that `resume` names. False while there is no room to take it over. */
  adoptResumed(nowNs: MonoNs): boolean {
    const orderId = this.parameters.resume?.orderId ?? ''
    if (orderId === '' || this.progress.hasAdopted) return true
    if (!this.#context.adoptForeign(this.#address, orderId, nowNs)) {
      this.#wake(nowNs + ROOM_LOOK_NS)
      return false
    }
    this.progress.hasAdopted = true
    this.#context.journal.taskNote(this.#address.index, this.progress.note(nowNs), nowNs)
    return true
  }

  /** '' or what is missing: asked before the first order (H71). */
  fundsFault(): string {
    const { account, side } = this.#address
    const price = this.#desiredPrice()
    const need = { instrument: this.#instrument, side, qty: this.remaining(), price }
    return fundsFault(need, this.#context.freeFunds(account, spentAsset(this.#instrument, side)))
  }

  /** Learns what became of the working order since the last look. */
  observe(nowNs: MonoNs): void {
    this.#observeFills(nowNs)
    switch (this.working.observe(nowNs)) {
      case Fate.Working:
        this.trouble.pace.succeeded()
        if (this.trouble.suspended !== '' && this.#halt === '') this.#resumeFromSuspension(nowNs)
        return
      case Fate.Filled:
        this.trouble.pace.succeeded()
        this.#postOnlyRefusals = 0
        this.#slices.filled(this.#slicePlan, nowNs)
        return
      case Fate.Rejected:
        return this.#onRejected(this.working.rejectReason, nowNs)
      default:
        return
    }
  }

  run(nowNs: MonoNs): Verdict {
    if (this.isHalted(nowNs)) return this.#endIfFilled()
    if (this.#isFaulty) return this.#fault(this.reason, true)
    if (this.trouble.pace.isExhausted) return this.#fault(this.reason || 'refusals in a row', true)
    const { live, market } = this.#context
    const { index, account, instrument } = this.#address
    if (!this.#context.isReady(account) || live.hasUnknown(index)) return Verdict.Continue
    if (this.working.isCrowded) return this.#takeBack(CancelCause.Reprice)
    const remaining = this.remaining()
    if (remaining <= 0 && this.working.isNone) return this.#finish('filled')
    if (!market.isTradable(instrument, nowNs, this.parameters.bookAgeMaxNs)) {
      return this.#tendOnStaleBook(nowNs)
    }
    const price = this.#desiredPrice()
    if (price <= NO_PRICE) return Verdict.Continue
    return this.working.isNone
      ? this.#placeNext(price, remaining, nowNs)
      : this.#tendWorking(price, nowNs)
  }

  onPlaced(order: number, nowNs: MonoNs): void {
    this.working.placed(order, nowNs)
    this.progress.ordersCount++
    this.#slices.placed()
    this.#context.event('task.order_placed', this.tag, '', nowNs)
  }

  onPlaceRefused(outcome: number, rule: string, nowNs: MonoNs): void {
    // Our own books know before the venue that the funds are gone: the same suspension (H29).
    if (rule === 'balance') return this.#suspend('insufficient_balance', nowNs)
    if (outcome === Outcome.Refused) {
      this.progress.rejectsCount++
      this.reason = `risk: ${rule}`
      this.trouble.pace.refused(nowNs)
    } else {
      this.trouble.pace.later(nowNs, LOCAL_RETRY_NS)
    }
    this.#wake(this.trouble.pace.notBeforeNs)
  }

  onCancelRefused(nowNs: MonoNs): void {
    this.#wake(nowNs + LOCAL_RETRY_NS)
  }

  /** What may still be sent: total less filled, open, in flight, unknown and owed. */
  remaining(): QtyUnits {
    const exposure = this.#context.live.exposureOfTask(this.#address.index)
    return qtyUnits(this.units.totalQty - this.filled() - exposure)
  }

  filled(): number {
    const { fills } = this.#context
    return this.units.resumeFilledQty + fills.totals(this.#address.index).qtyUnits
  }

  #observeFills(nowNs: MonoNs): void {
    const { count } = this.#context.fills.totals(this.#address.index)
    if (count === this.#fillsSeen) return
    this.#fillsSeen = count
    this.progress.lastFillMid = this.#quote.mid() || this.progress.lastFillMid
    this.trouble.forget()
    this.#context.event('task.order_filled', this.tag, '', nowNs)
  }

  /** H14: nothing is placed on a stale book; the working order is taken back, never repriced. */
  #tendOnStaleBook(nowNs: MonoNs): Verdict {
    const { bookAgeCancelNs, bookAgeMaxNs, toleranceTicks, onHalt } = this.parameters
    const { market } = this.#context
    const { instrument } = this.#address
    const ageNs = market.bookAgeNs(instrument, nowNs)
    const isOld = ageNs > Math.max(bookAgeCancelNs, bookAgeMaxNs) && onHalt === 'cancel'
    if (isOld || market.movedTicks(instrument) >= 2 * Math.max(1, toleranceTicks)) {
      return this.#takeBack(CancelCause.StaleBook)
    }
    this.#wake(nowNs + STALE_BOOK_LOOK_NS)
    return Verdict.Continue
  }

  #tendWorking(desired: PriceUnits, nowNs: MonoNs): Verdict {
    if (!this.working.isTendable) return Verdict.Continue
    const { sliceTimeoutNs, reprice, reference, toleranceTicks } = this.parameters
    if (sliceTimeoutNs > 0) {
      const timeoutNs = this.working.placedNs + sliceTimeoutNs
      if (nowNs >= timeoutNs) return this.#takeBack(CancelCause.SliceTimeout)
      this.#wake(timeoutNs)
    }
    if (reprice === 'never' || reference === 'fixed') return Verdict.Continue
    const { tickUnits } = this.#instrument
    if (!isStalePrice(desired, this.working.price, toleranceTicks, tickUnits)) {
      return Verdict.Continue
    }
    if (nowNs < this.#repriceAllowedNs) {
      this.#wake(this.#repriceAllowedNs)
      return Verdict.Continue
    }
    if (!this.#reprices.admits(nowNs)) {
      return this.#fault(`max_reprices_per_minute: ${this.parameters.repricesPerMinuteMax}`, true)
    }
    this.#reprices.count(nowNs)
    this.#repriceAllowedNs = nowNs + this.parameters.repriceIntervalNs
    this.progress.repricesCount++
    this.#slices.isReplacement = true
    this.#context.event('task.stale', this.tag, '', nowNs)
    return this.#takeBack(CancelCause.Reprice)
  }

  #placeNext(price: PriceUnits, remaining: QtyUnits, nowNs: MonoNs): Verdict {
    const { ordersMax, postOnly } = this.parameters
    if (this.progress.ordersCount >= ordersMax) {
      return this.#fault(`max_orders: ${ordersMax} reached`, false)
    }
    const notBeforeNs = Math.max(this.trouble.pace.notBeforeNs, this.#slices.allowedNs)
    if (nowNs < notBeforeNs) {
      this.#wake(notBeforeNs)
      return Verdict.Continue
    }
    const qty = this.#slices.nextQty(this.#slicePlan, remaining, price)
    if (qty === 0) {
      return this.filled() > 0
        ? this.#finish('residual below the venue minimum')
        : this.#fault("total_quantity is below the venue's minimum order; raise it", false)
    }
    if (this.#lacksFunds(qty, price)) {
      const isTooLong = this.trouble.suspendedForNs(nowNs) > this.parameters.haltMaxNs
      if (isTooLong) return this.#fault(this.trouble.suspended, true)
      this.trouble.pace.later(nowNs, FUNDS_LOOK_NS)
      this.#wake(this.trouble.pace.notBeforeNs)
      return Verdict.Continue
    }
    const type = postOnly ? OrderType.LimitMaker : OrderType.Limit
    const isAsked = this.#context.intents.place(this.#address, type, price, qty)
    if (!isAsked) this.#wake(nowNs)
    return Verdict.Continue
  }

  /** H29: refused once for lack of funds, it is sent again when a balance covers it. */
  #lacksFunds(qty: QtyUnits, price: PriceUnits): boolean {
    if (this.trouble.suspended !== 'insufficient_balance') return false
    const { account, side } = this.#address
    const free = this.#context.freeFunds(account, spentAsset(this.#instrument, side))
    return fundsFault({ instrument: this.#instrument, side, qty, price }, free) !== ''
  }

  #onRejected(reason: number, nowNs: MonoNs): void {
    if (reason === RejectReason.PostOnlyWouldTake) {
      this.#postOnlyRefusals++
      const isTooMany = this.#postOnlyRefusals % POST_ONLY_RETRIES_MAX === 0
      if (isTooMany) this.trouble.pace.later(nowNs, this.parameters.repriceIntervalNs)
      return
    }
    this.progress.rejectsCount++
    if (reason === RejectReason.InsufficientBalance) {
      return this.#suspend('insufficient_balance', nowNs)
    }
    if (reason === RejectReason.MarketClosed) return this.#suspend('market_closed', nowNs)
    this.reason = 'rejected by the venue'
    this.trouble.pace.refused(nowNs)
    this.#wake(this.trouble.pace.notBeforeNs)
  }

  /** H15, H29: nothing is sent, clocks run, one probe a second; too long is a fault. */
  #suspend(why: string, nowNs: MonoNs): void {
    const isNew = this.trouble.suspend(why, nowNs)
    if (isNew) this.#context.event('task.suspended', this.tag, why, nowNs)
    this.#isFaulty = this.trouble.suspendedForNs(nowNs) > this.parameters.haltMaxNs
    if (this.#isFaulty) this.reason = why
    this.#wake(this.trouble.pace.notBeforeNs)
  }

  #resumeFromSuspension(nowNs: MonoNs): void {
    this.#context.event('task.resumed', this.tag, this.trouble.suspended, nowNs)
    this.trouble.suspended = ''
  }

  #endIfFilled(): Verdict {
    const isFilled = this.working.isNone && this.remaining() <= 0
    return isFilled ? this.#finish('filled') : Verdict.Continue
  }

  #takeBack(cause: CancelCause): Verdict {
    this.working.takeBack(cause)
    return Verdict.Continue
  }

  #finish(reason: string): Verdict {
    this.reason = reason
    return Verdict.TotalFilled
  }

  #fault(reason: string, canHeal: boolean): Verdict {
    this.reason = reason
    this.#isFaulty = false
    this.trouble.fault(canHeal)
    this.working.takeBack(CancelCause.Fault)
    return Verdict.Fault
  }

  #desiredPrice(): PriceUnits {
    const { priceRule, fixedPrice } = this.units
    return this.#quote.price(priceRule, this.parameters.reference, fixedPrice)
  }

  #wake(deadlineNs: number): void {
    this.#context.wakeAt(this.#address.index, monoNs(deadlineNs))
  }
}

/** Cold: at start and on update. */
function slicePlan(parameters: IcebergParameters, units: IcebergUnits): SlicePlan {
  const { sizeJitterFraction, sliceIntervalNs, timeJitterFraction } = parameters
  return { orderQty: units.orderQty, sizeJitterFraction, sliceIntervalNs, timeJitterFraction }
}
