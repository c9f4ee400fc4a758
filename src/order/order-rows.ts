// Hot path.
// The memory of the order table: a row of 24 numbers an order, which is three cache lines.
//
//   0  price    qty         filled      cumQty      state       task   instrument  account
//   8  side     client id hi, lo        nextOfTask  type        tif    reduceOnly  rejectReason
//   16 created  sent        accepted    nextOfInst. marks       idState nextUnindexed notional
//
// On a quiet market every event finds cold caches, and its price is the number of lines it touches.
// An array a field would be three lines a field, one for the number and two for the array's own
// head; here a whole order is three and one head. The first line is what is asked of an order most.
//
// Places stand in the code as numbers: V8 compiles a call away for certain only while its bytecode
// is short, and two named constants are too long for that.
import type { PriceUnits, QtyUnits, Side } from '#core/units.ts'
import type { OrderType, RejectReason, TimeInForce } from './order-codes.ts'
import type { OrderState } from './order-state.ts'

const ROW_NUMBERS = 24

/** Bits of the marks. */
const Mark = { Linked: 1, Foreign: 2, Retiring: 4, AckRecorded: 8 } as const

export class OrderRows {
  readonly capacity: number
  protected readonly rows: Float64Array

  constructor(capacity: number) {
    this.capacity = capacity
    this.rows = new Float64Array(capacity * ROW_NUMBERS)
  }

  priceUnits(order: number): PriceUnits {
    return this.rows[order * 24]! as PriceUnits
  }

  setPriceUnits(order: number, units: number): void {
    this.rows[order * 24] = units
  }

  qtyUnits(order: number): QtyUnits {
    return this.rows[order * 24 + 1]! as QtyUnits
  }

  setQtyUnits(order: number, units: number): void {
    this.rows[order * 24 + 1] = units
  }

  /** Σ of distinct fills booked for this order. */
  filledUnits(order: number): number {
    return this.rows[order * 24 + 2]!
  }

  setFilledUnits(order: number, units: number): void {
    this.rows[order * 24 + 2] = units
  }

  /** The venue's largest cumulative count seen; ≥ filledUnits while fills are on their way. */
  cumQtyUnits(order: number): number {
    return this.rows[order * 24 + 3]!
  }

  setCumQtyUnits(order: number, units: number): void {
    this.rows[order * 24 + 3] = units
  }

  state(order: number): OrderState {
    return this.rows[order * 24 + 4]! as OrderState
  }

  setState(order: number, state: OrderState): void {
    this.rows[order * 24 + 4] = state
  }

  task(order: number): number {
    return this.rows[order * 24 + 5]!
  }

  setTask(order: number, task: number): void {
    this.rows[order * 24 + 5] = task
  }

  instrument(order: number): number {
    return this.rows[order * 24 + 6]!
  }

  setInstrument(order: number, instrument: number): void {
    this.rows[order * 24 + 6] = instrument
  }

  account(order: number): number {
    return this.rows[order * 24 + 7]!
  }

  setAccount(order: number, account: number): void {
    this.rows[order * 24 + 7] = account
  }

  side(order: number): Side {
    return this.rows[order * 24 + 8]! as Side
  }

  setSide(order: number, side: Side): void {
    this.rows[order * 24 + 8] = side
  }

  clientIdHi(order: number): number {
    return this.rows[order * 24 + 9]!
  }

  clientIdLo(order: number): number {
    return this.rows[order * 24 + 10]!
  }

  /** Of the chains in live-orders.ts. */
  nextOfTask(order: number): number {
    return this.rows[order * 24 + 11]!
  }

  setNextOfTask(order: number, next: number): void {
    this.rows[order * 24 + 11] = next
  }

  type(order: number): OrderType {
    return this.rows[order * 24 + 12]! as OrderType
  }

  setType(order: number, type: OrderType): void {
    this.rows[order * 24 + 12] = type
  }

  timeInForce(order: number): TimeInForce {
    return this.rows[order * 24 + 13]! as TimeInForce
  }

  setTimeInForce(order: number, timeInForce: TimeInForce): void {
    this.rows[order * 24 + 13] = timeInForce
  }

  isReduceOnly(order: number): boolean {
    return this.rows[order * 24 + 14] === 1
  }

  setReduceOnly(order: number, isReduceOnly: boolean): void {
    this.rows[order * 24 + 14] = isReduceOnly ? 1 : 0
  }

  /** Why it was rejected; None otherwise. */
  rejectReason(order: number): RejectReason {
    return this.rows[order * 24 + 15]! as RejectReason
  }

  setRejectReason(order: number, reason: number): void {
    this.rows[order * 24 + 15] = reason
  }

  createdNs(order: number): number {
    return this.rows[order * 24 + 16]!
  }

  setCreatedNs(order: number, atNs: number): void {
    this.rows[order * 24 + 16] = atNs
  }

  sentNs(order: number): number {
    return this.rows[order * 24 + 17]!
  }

  setSentNs(order: number, atNs: number): void {
    this.rows[order * 24 + 17] = atNs
  }

  /** 0 until the venue accepted it. */
  acceptedNs(order: number): number {
    return this.rows[order * 24 + 18]!
  }

  setAcceptedNs(order: number, atNs: number): void {
    this.rows[order * 24 + 18] = atNs
  }

  nextOfInstrument(order: number): number {
    return this.rows[order * 24 + 19]!
  }

  setNextOfInstrument(order: number, next: number): void {
    this.rows[order * 24 + 19] = next
  }

  /**
   * Σ price × qty of the booked fills, to the last unit below 2^53: it prices what a count proves
   * beyond them. NaN where only the journal knows. Exact sums are the fill ledger's.
   */
  filledNotional(order: number): number {
    return this.rows[order * 24 + 23]!
  }

  setFilledNotional(order: number, notional: number): void {
    this.rows[order * 24 + 23] = notional
  }

  /** It is in those chains. */
  isLinked(order: number): boolean {
    return this.#has(order, Mark.Linked)
  }

  setLinked(order: number, isLinked: boolean): void {
    this.#mark(order, Mark.Linked, isLinked)
  }

  /** It is an order of another program that a task continues. */
  isForeign(order: number): boolean {
    return this.#has(order, Mark.Foreign)
  }

  setForeign(order: number, isForeign: boolean): void {
    this.#mark(order, Mark.Foreign, isForeign)
  }

  /** It is in the queue of retention.ts. */
  isRetiring(order: number): boolean {
    return this.#has(order, Mark.Retiring)
  }

  setRetiring(order: number, isRetiring: boolean): void {
    this.#mark(order, Mark.Retiring, isRetiring)
  }

  /** The time from send to accept was recorded. */
  isAckRecorded(order: number): boolean {
    return this.#has(order, Mark.AckRecorded)
  }

  setAckRecorded(order: number, isAckRecorded: boolean): void {
    this.#mark(order, Mark.AckRecorded, isAckRecorded)
  }

  #has(order: number, mark: number): boolean {
    return (this.rows[order * 24 + 20]! & mark) !== 0
  }

  #mark(order: number, mark: number, isSet: boolean): void {
    const marks = this.rows[order * 24 + 20]!
    this.rows[order * 24 + 20] = isSet ? marks | mark : marks & ~mark
  }
}
