// Hot path.
// From a row of the order table to bytes on the session: patched templates, nothing is built or
// allocated. A key that cannot log its session on has each of them signed where it stands. Only a
// cancel of somebody else's order is rare enough to go through the sender of cold requests.
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { TimeInForce } from '#order/order-codes.ts'
import type { OrderTable } from '#order/order-table.ts'
import { Lane } from '#wire/rate-budget.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { ClockOffset } from './clock-offset.ts'
import { orderName } from './order-name.ts'
import { OrderFrames } from './order-frames.ts'
import type { OrderSigning } from './order-signing.ts'
import type { RateWindows } from './rate-windows.ts'
import { Proof, type RequestSender } from './request-sender.ts'
import { RequestKind, type RequestTable } from './request-table.ts'

export interface OrderEntryParts {
  readonly orders: OrderTable
  readonly instruments: InstrumentTable
  readonly table: RequestTable
  readonly sender: RequestSender
  readonly clock: ClockOffset
  readonly rates: RateWindows
  /** Null for a key that logs its session on. */
  readonly signing: OrderSigning | null
}

/** Numbers of the order being sent: one record, patched for each. */
class PatchedNumbers {
  requestId = 0
  clientIdHi = 0
  clientIdLo = 0
  timestampMs = 0
}

export class OrderEntry {
  readonly #parts: OrderEntryParts
  readonly #frames: OrderFrames
  readonly #numbers = new PatchedNumbers()

  constructor(parts: OrderEntryParts) {
    this.#parts = parts
    this.#frames = new OrderFrames(parts.signing)
  }

  place(order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, rates } = this.#parts
    if (orders.timeInForce(order) === TimeInForce.Gtd) return Outcome.Unsupported
    const lane = orders.isReduceOnly(order) ? Lane.Reduce : Lane.Open
    if (!rates.spendOrder(lane, nowNs)) return Outcome.RateLimited
    const slot = this.#take(RequestKind.Place, order, session, nowNs)
    if (slot === -1) return Outcome.Full
    return this.#send(slot, this.#framePlace(order), session, nowNs)
  }

  cancel(order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, instruments, rates } = this.#parts
    if (!rates.spendCancel(nowNs)) return Outcome.RateLimited
    if (orders.isForeign(order)) return this.#cancelForeign(order, session, nowNs)
    const slot = this.#take(RequestKind.Cancel, order, session, nowNs)
    if (slot === -1) return Outcome.Full
    const instrument = instruments.at(orders.instrument(order))
    return this.#send(slot, this.#frames.cancel(instrument, this.#numbers), session, nowNs)
  }

  /** Goes through a place and a cancel of the order up to the write, and forgets them. */
  keepWarm(order: number, session: WebSocketSession, nowNs: MonoNs): void {
    const { orders, instruments, table } = this.#parts
    const slot = this.#take(RequestKind.Cancel, order, session, nowNs)
    if (slot === -1) return
    session.rehearseText(this.#frames.bytes, 0, this.#framePlace(order))
    const instrument = instruments.at(orders.instrument(order))
    session.rehearseText(this.#frames.bytes, 0, this.#frames.cancel(instrument, this.#numbers))
    table.release(slot)
  }

  #framePlace(order: number): number {
    const { orders, instruments } = this.#parts
    return this.#frames.place(
      instruments.at(orders.instrument(order)),
      orders.side(order),
      orders.type(order),
      orders.timeInForce(order),
      this.#numbers,
      orders.qtyUnits(order),
      orders.priceUnits(order),
    )
  }

  /** Remembers the request before it is sent; its answer may name nothing but the id. */
  #take(kind: RequestKind, order: number, session: WebSocketSession, nowNs: MonoNs): number {
    const { orders, table, clock } = this.#parts
    const slot = table.take(kind, session, nowNs)
    if (slot === -1) return -1
    const numbers = this.#numbers
    numbers.requestId = table.id(slot)
    numbers.clientIdHi = orders.clientIdHi(order)
    numbers.clientIdLo = orders.clientIdLo(order)
    numbers.timestampMs = clock.venueTimeMs(nowNs)
    table.setSubject(slot, orders.instrument(order), numbers.clientIdHi, numbers.clientIdLo, 0)
    return slot
  }

  #send(slot: number, size: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const outcome = session.sendText(this.#frames.bytes, 0, size, nowNs)
    if (outcome !== Outcome.Ok) this.#parts.table.release(slot)
    return outcome
  }

  /** Cold: an order that somebody else placed is named by their text. */
  #cancelForeign(order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, instruments, sender } = this.#parts
    const instrument = orders.instrument(order)
    const clientIdHi = orders.clientIdHi(order)
    const clientIdLo = orders.clientIdLo(order)
    const request = {
      kind: RequestKind.Cancel,
      method: 'order.cancel',
      params: { symbol: instruments.at(instrument).venueSymbol, ...orderName(orders, order) },
      proof: Proof.Account,
      subject: { instrument, clientIdHi, clientIdLo, token: 0 },
    }
    return sender.send(session, request, nowNs)
  }
}
