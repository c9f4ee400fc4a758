// A small venue that is right by construction, and a link to it on which everything may go wrong:
// requests and answers wait in a bag until a test delivers, repeats or loses them, in any order.
//
// Its orders are the truth that order truth is held against. It acts on a request only within the
// order window, its reads may lag behind its matching for a second, and its listings may fail.
import { Outcome } from '#core/outcome.ts'
import { NS_PER_S } from '#core/units.ts'
import { RejectReason } from '#order/order-codes.ts'
import type { OrderTable } from '#order/order-table.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'
import type { VenueAccount } from '#venue/venue.ts'

export const WINDOW_NS = 3 * NS_PER_S
export const PRICE = 100

/** How a model order stands at its venue. */
export type Standing = 'open' | 'filled' | 'cancelled' | 'expired'

export interface ModelTrade {
  readonly id: string
  readonly qty: number
  readonly price: number
}

export interface ModelOrder {
  readonly venueOrderId: string
  standing: Standing
  qty: number
  traded: number
  readonly trades: ModelTrade[]
  readonly sinceNs: number
}

/** One message that is on its way. */
export interface Message {
  readonly name: string
  /** Our own deadline, which comes for certain. */
  readonly isOurs?: boolean
  deliver(): void
  /** It does not arrive. Absent for events of a stream: their loss is told by nobody. */
  lose?(): void
  /** Its socket goes down: a request may still arrive, its answer has nowhere to go. */
  cut?(): void
}

export interface ModelHooks {
  tell(event: VenueEvent): void
  notFound(order: number): void
  end(token: number, complete: boolean): void
}

export class ModelVenue implements VenueAccount {
  readonly marketName = 'model'
  readonly account = 0
  readonly orderWindowNs = WINDOW_NS
  readonly venueOffsetUs = 0
  isUp = true
  nowNs = 0
  /** Reads show what was there this long ago. */
  readLagNs = 0
  /** Trade listings do not show trades while it is set. */
  isWithholding = false
  /** What asking comes to. */
  outcome: Outcome = Outcome.Ok
  /** Whole answers lack every order that it has named to us before. */
  isForgetful = false
  /** Every answer to a question says that it is not whole. */
  isPartial = false
  readonly bag: Message[] = []
  readonly book = new Map<number, ModelOrder>()
  /** Requests of these are under way and may still be acted upon: order → until when. */
  readonly arriving = new Map<number, number>()
  cancels = 0
  readonly #orders: OrderTable
  readonly #hooks: ModelHooks
  #ids = 1

  constructor(orders: OrderTable, hooks: ModelHooks) {
    this.#orders = orders
    this.#hooks = hooks
  }

  start(): void {}
  stop(): void {}
  keepWarm(): void {}

  // What the engine sends.

  place(order: number): Outcome {
    const untilNs = this.nowNs + WINDOW_NS
    this.arriving.set(order, untilNs)
    this.#request('place', order, VenueEventKind.PlaceUnknown, () => this.#onPlace(order, untilNs))
    return Outcome.Ok
  }

  cancel(order: number): Outcome {
    if (!this.isUp) return Outcome.NotReady
    this.cancels++
    this.#request('cancel', order, VenueEventKind.CancelUnknown, () => this.#onCancel(order))
    return Outcome.Ok
  }

  amend(order: number, _price: number, qty: number): Outcome {
    if (!this.isUp) return Outcome.NotReady
    const untilNs = this.nowNs + WINDOW_NS
    const act = () => this.#onAmend(order, qty, untilNs)
    this.#request('amend', order, VenueEventKind.AmendUnknown, act)
    return Outcome.Ok
  }

  requestOrder(order: number, token: number): Outcome {
    return this.#question(token, () => this.#tellOrder(order))
  }

  requestOpenOrders(_instrument: number, token: number): Outcome {
    return this.#question(token, () => {
      for (const [order, { standing }] of this.book) {
        if (standing === 'open' && !this.#isForgotten(order)) this.#tellOrder(order)
      }
    })
  }

  requestOrderHistory(_instrument: number, sinceUs: number, token: number): Outcome {
    return this.#question(token, () => {
      for (const [order, { sinceNs }] of this.book) {
        const isListed = sinceNs / 1_000 >= sinceUs && !this.#isForgotten(order)
        if (isListed) this.#tellOrder(order)
      }
    })
  }

  requestFills(_i: number, _id: string, _sinceUs: number, token: number): Outcome {
    return this.#question(token, () => {
      for (const order of this.book.keys()) this.#tellFills(order)
    })
  }

  requestOrderFills(order: number, token: number): Outcome {
    return this.#question(token, () => this.#tellFills(order))
  }

  requestBalances(token: number): Outcome {
    return this.#question(token, () => {})
  }

  // What happens at the venue.

  fill(order: number, qty: number): void {
    const at = this.book.get(order)!
    const price = PRICE - (this.#ids % 7)
    const trade = { id: String(this.#ids++), qty, price }
    at.trades.push(trade)
    at.traded += qty
    if (at.traded === at.qty) at.standing = 'filled'
    const cumQtyUnits = at.traded
    this.#stream('fill', () => this.#tellFill(order, trade, cumQtyUnits))
  }

  expire(order: number): void {
    const at = this.book.get(order)!
    at.standing = 'expired'
    const { traded, venueOrderId } = at
    this.#stream('expired', () =>
      this.#tell(VenueEventKind.Expired, order, { cumQtyUnits: traded, venueOrderId }),
    )
  }

  /** The socket is gone: what was asked on it is not answered, what was sent may have arrived. */
  loseSession(): void {
    this.isUp = false
    for (const message of this.bag.splice(0)) {
      if (message.cut !== undefined) message.cut()
      else if (message.lose !== undefined) message.lose()
      else this.bag.push(message)
    }
  }

  #onPlace(order: number, untilNs: number): () => void {
    this.arriving.delete(order)
    const isTooLate = this.nowNs > untilNs
    if (isTooLate || this.book.has(order)) {
      const reason = isTooLate ? RejectReason.ClockSkew : RejectReason.DuplicateClientId
      return () => this.#tell(VenueEventKind.Rejected, order, { reason })
    }
    const venueOrderId = `v${this.#ids++}`
    const qty = this.#orders.qtyUnits(order)
    const fresh = { standing: 'open' as const, qty, traded: 0, trades: [], sinceNs: this.nowNs }
    this.book.set(order, { venueOrderId, ...fresh })
    const tellAccepted = () => this.#tell(VenueEventKind.Accepted, order, { venueOrderId })
    this.#stream('new', tellAccepted)
    return tellAccepted
  }

  #onCancel(order: number): () => void {
    const at = this.book.get(order)
    if (at?.standing !== 'open') {
      const reason = RejectReason.UnknownOrder
      return () => this.#tell(VenueEventKind.CancelRejected, order, { reason })
    }
    at.standing = 'cancelled'
    const { traded, venueOrderId } = at
    const facts = { cumQtyUnits: traded, venueOrderId }
    this.#stream('cancelled', () => this.#tell(VenueEventKind.Cancelled, order, facts))
    return () => this.#tell(VenueEventKind.Cancelled, order, facts)
  }

  #onAmend(order: number, qty: number, untilNs: number): () => void {
    const at = this.book.get(order)
    const isInTime = this.nowNs <= untilNs
    if (!isInTime || at?.standing !== 'open' || qty < at.traded) {
      const reason = RejectReason.UnknownOrder
      return () => this.#tell(VenueEventKind.AmendRejected, order, { reason })
    }
    at.qty = qty
    if (at.traded === qty) at.standing = 'filled'
    const facts = { qtyUnits: qty, cumQtyUnits: at.traded, venueOrderId: at.venueOrderId }
    return () => this.#tell(VenueEventKind.Amended, order, facts)
  }

  #tellOrder(order: number): void {
    const at = this.book.get(order)
    const isLagging = at !== undefined && this.nowNs - at.sinceNs < this.readLagNs
    if (at === undefined || isLagging || this.#isForgotten(order)) {
      return this.#hooks.notFound(order)
    }
    const facts = {
      qtyUnits: at.qty,
      priceUnits: PRICE,
      cumQtyUnits: at.traded,
      cumNotionalUnits: at.trades.reduce((sum, { qty, price }) => sum + qty * price, 0),
      venueOrderId: at.venueOrderId,
    }
    if (at.standing === 'open') return this.#tell(VenueEventKind.ReportedOpen, order, facts)
    this.#tell(VenueEventKind.ReportedDone, order, { ...facts, terminal: TERMINALS[at.standing] })
  }

  #isForgotten(order: number): boolean {
    return this.isForgetful && this.#orders.venueOrderId(order) !== ''
  }

  #tellFills(order: number): void {
    if (this.isWithholding) return
    for (const trade of this.book.get(order)?.trades ?? []) this.#tellFill(order, trade, -1)
  }

  #tellFill(order: number, trade: ModelTrade, cumQtyUnits: number): void {
    const { venueOrderId } = this.book.get(order)!
    const { id, qty, price } = trade
    const facts = { tradeId: id, qtyUnits: qty, priceUnits: price, cumQtyUnits, venueOrderId }
    this.#tell(VenueEventKind.Fill, order, facts)
  }

  #tell(kind: VenueEventKind, order: number, facts: Partial<VenueEvent>): void {
    const clientIdHi = this.#orders.clientIdHi(order)
    const clientIdLo = this.#orders.clientIdLo(order)
    const about = { kind, account: 0, instrument: 0, clientIdHi, clientIdLo, receivedNs: 1 }
    this.#hooks.tell(Object.assign(new VenueEvent(), about, facts))
  }

  /** On its way to the venue; then its answer is on its way back. Either may be lost. */
  #request(name: string, order: number, unknown: VenueEventKind, act: () => () => void): void {
    const noAnswer = () => {
      const deliver = () => this.#tell(unknown, order, {})
      this.bag.push({ name: `no ${name} answer`, isOurs: true, deliver })
    }
    const forget = () => {
      if (name === 'place') this.arriving.delete(order)
    }
    this.bag.push({
      name,
      deliver: () => {
        this.bag.push({ name: `${name} answer`, deliver: act(), lose: noAnswer })
      },
      lose: () => {
        forget()
        noAnswer()
      },
      cut: () => {
        noAnswer()
        this.bag.push({ name: `late ${name}`, deliver: () => void act(), lose: forget })
      },
    })
  }

  #question(token: number, answer: () => void): Outcome {
    if (!this.isUp) return Outcome.NotReady
    if (this.outcome !== Outcome.Ok) return this.outcome
    const deliver = () => {
      if (!this.isPartial) answer()
      this.#hooks.end(token, !this.isPartial)
    }
    this.bag.push({ name: 'answer', deliver, lose: () => this.#hooks.end(token, false) })
    return Outcome.Ok
  }

  #stream(name: string, deliver: () => void): void {
    this.bag.push({ name, deliver })
  }
}

const TERMINALS = {
  filled: Terminal.Filled,
  cancelled: Terminal.Cancelled,
  expired: Terminal.Expired,
} as const
