// How an execution enters the books: the ledger, its order's own sums, the position. Once each.
//
// What the venue has counted and shows no trade of may be booked as well, when order truth is told
// to: provisionally, at the price that the venue's own sums give. The real trades replace it as
// they come, in any order and number.
import { priceUnits, qtyUnits, type MonoNs } from '#core/units.ts'
import { clientIdText } from './client-order-id.ts'
import type { Fill, FillLedger } from './fill-ledger.ts'
import { owedUnits } from './live-orders.ts'
import type { OrderTable } from './order-table.ts'
import type { PositionLedger } from './position-ledger.ts'
import { lotsOf, ProvisionalFills, type ProvisionalLot } from './provisional-fills.ts'
import type { VenueEvent } from './venue-event.ts'

export interface FillBookingParts {
  readonly orders: OrderTable
  readonly fills: FillLedger
  readonly positions: PositionLedger
  onFill(fill: Fill, nowNs: MonoNs): void
}

export class FillBooking {
  readonly #parts: FillBookingParts
  readonly #orders: OrderTable
  readonly #provisional = new ProvisionalFills()
  /** By order with fills owed: Σ price × qty of all its fills, as the venue counts them. */
  readonly #toldNotional = new Map<number, number>()

  constructor(parts: FillBookingParts) {
    this.#parts = parts
    this.#orders = parts.orders
  }

  /** False when it was booked before: streams, replies and listings all repeat it. */
  book(order: number, event: VenueEvent, nowNs: MonoNs): boolean {
    const fill = this.#fillOf(order, event)
    if (this.#provisional.orderCount > 0) this.#supersede(order, fill, event.cumQtyUnits, nowNs)
    if (!this.#parts.fills.book(fill)) return false
    this.#count(order, fill, nowNs)
    return true
  }

  /** The venue has counted more than is booked, or something stands in for real trades. */
  isAwaited(order: number): boolean {
    return owedUnits(this.#orders, order) > 0 || this.isProvisional(order)
  }

  /** Something stands in for real trades of the order. */
  isProvisional(order: number): boolean {
    return this.#provisional.orderCount > 0 && this.#outstanding(order) > 0
  }

  /** A report's sum over all fills of the order: what is owed is priced by it. */
  told(order: number, notional: number): void {
    this.#toldNotional.set(order, notional)
  }

  /** Nothing is owed any more. */
  settled(order: number): void {
    if (this.#toldNotional.size > 0) this.#toldNotional.delete(order)
  }

  /** Price × qty of what is owed: by the venue's sums, else at the order's limit; 0 = unknown. */
  owedNotional(order: number): number {
    const owed = owedUnits(this.#orders, order)
    const told = (this.#toldNotional.get(order) ?? NaN) - this.#orders.filledNotional(order)
    return told >= owed ? told : this.#orders.priceUnits(order) * owed
  }

  /** Books `qty` for `notional` in all, until the real trades come. */
  infer(order: number, qty: number, notional: number, nowNs: MonoNs): void {
    for (const lot of lotsOf(qty, notional)) this.#bookProvisional(order, lot, nowNs)
  }

  /** A provisional fill that the journal remembers. */
  restore(fill: Fill): void {
    this.#provisional.booked(fill.clientIdHi, fill.clientIdLo, fill)
  }

  #fillOf(order: number, event: VenueEvent): Fill {
    const orders = this.#orders
    return {
      order,
      clientIdHi: orders.clientIdHi(order),
      clientIdLo: orders.clientIdLo(order),
      task: orders.task(order),
      account: event.account,
      instrument: orders.instrument(order),
      side: orders.side(order),
      priceUnits: priceUnits(event.priceUnits),
      qtyUnits: qtyUnits(event.qtyUnits),
      tradeId: event.tradeId,
      fee: event.fee,
      feeAsset: event.feeAsset,
      isMaker: event.isMaker,
      venueTimeUs: event.venueTimeUs,
    }
  }

  #count(order: number, fill: Fill, nowNs: MonoNs): void {
    const orders = this.#orders
    const notional = fill.priceUnits * fill.qtyUnits
    orders.setFilledUnits(order, orders.filledUnits(order) + fill.qtyUnits)
    orders.setFilledNotional(order, orders.filledNotional(order) + notional)
    this.#parts.positions.bookFill(fill.account, fill.instrument, fill.side, fill.qtyUnits)
    this.#parts.onFill(fill, nowNs)
  }

  /**
   * Takes back as much of what stands in for trades as this one brings beyond the venue's count;
   * before it is booked, so that a journal that ends in between shows too little, never too much.
   */
  #supersede(order: number, fill: Fill, cumQty: number, nowNs: MonoNs): void {
    const outstanding = this.#outstanding(order)
    const { account, instrument, tradeId } = fill
    if (outstanding === 0 || this.#parts.fills.knows(account, instrument, tradeId)) return
    const counted = Math.max(cumQty, this.#orders.cumQtyUnits(order))
    const excess = this.#orders.filledUnits(order) + fill.qtyUnits - counted
    let left = Math.min(outstanding, excess)
    let lot = this.#provisional.newest(fill.clientIdHi, fill.clientIdLo)
    while (left > 0 && lot !== undefined) {
      const taken = Math.min(left, lot.qtyUnits)
      this.#bookProvisional(order, { priceUnits: lot.priceUnits, qtyUnits: -taken }, nowNs)
      left -= taken
      lot = this.#provisional.newest(fill.clientIdHi, fill.clientIdLo)
    }
  }

  #bookProvisional(order: number, lot: ProvisionalLot, nowNs: MonoNs): void {
    const orders = this.#orders
    const clientIdHi = orders.clientIdHi(order)
    const clientIdLo = orders.clientIdLo(order)
    const fill: Fill = {
      order,
      clientIdHi,
      clientIdLo,
      task: orders.task(order),
      account: orders.account(order),
      instrument: orders.instrument(order),
      side: orders.side(order),
      priceUnits: priceUnits(lot.priceUnits),
      qtyUnits: qtyUnits(lot.qtyUnits),
      tradeId: this.#provisional.name(clientIdText(clientIdHi, clientIdLo), nowNs),
      fee: '',
      feeAsset: '',
      isMaker: false,
      venueTimeUs: 0,
    }
    // A name that an earlier life has used at the same nanosecond of its own: the next one is free.
    if (!this.#parts.fills.book(fill)) return this.#bookProvisional(order, lot, nowNs)
    this.#provisional.booked(clientIdHi, clientIdLo, lot)
    this.#count(order, fill, nowNs)
  }

  #outstanding(order: number): number {
    const orders = this.#orders
    return this.#provisional.outstandingUnits(orders.clientIdHi(order), orders.clientIdLo(order))
  }
}
