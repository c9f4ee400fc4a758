// Hot path.
// From a row of the order table to bytes on the session. A logged-on session carries patched
// templates, nothing is built or allocated; a key that cannot log on signs each request instead,
// which is the slow way and shares the sender of cold requests.
import { Outcome } from '#core/outcome.ts'
import { textFromUnits } from '#core/decimal.ts'
import type { MonoNs, Side } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type { OrderTable } from '#order/order-table.ts'
import { Lane } from '#wire/rate-budget.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { ClockOffset } from './clock-offset.ts'
import type { RequestParams } from './endpoints.ts'
import { orderName } from './order-name.ts'
import { OrderFrames } from './order-frames.ts'
import type { RateWindows } from './rate-windows.ts'
import { Proof, type RequestSender } from './request-sender.ts'
import { RequestKind, type RequestTable } from './request-table.ts'
import { ORDER_SIDES, ORDER_TYPES, TIMES_IN_FORCE } from './wire-codes.ts'

export interface OrderEntryParts {
  readonly orders: OrderTable
  readonly instruments: InstrumentTable
  readonly table: RequestTable
  readonly sender: RequestSender
  readonly clock: ClockOffset
  readonly rates: RateWindows
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
  readonly #frames = new OrderFrames()
  readonly #numbers = new PatchedNumbers()

  constructor(parts: OrderEntryParts) {
    this.#parts = parts
  }

  place(order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, rates, sender } = this.#parts
    if (orders.timeInForce[order] === TimeInForce.Gtd) return Outcome.Unsupported
    const lane = orders.reduceOnly[order] === 1 ? Lane.Reduce : Lane.Open
    if (!rates.spendOrder(lane, nowNs)) return Outcome.RateLimited
    if (!sender.canLogOn) return this.#sendSigned(RequestKind.Place, order, session, nowNs)
    const slot = this.#take(RequestKind.Place, order, session, nowNs)
    if (slot === -1) return Outcome.Full
    return this.#send(slot, this.#framePlace(order), session, nowNs)
  }

  cancel(order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, instruments, rates, sender } = this.#parts
    if (!rates.spendCancel(nowNs)) return Outcome.RateLimited
    const isCold = !sender.canLogOn || orders.foreignId[order] !== ''
    if (isCold) return this.#sendSigned(RequestKind.Cancel, order, session, nowNs)
    const slot = this.#take(RequestKind.Cancel, order, session, nowNs)
    if (slot === -1) return Outcome.Full
    const instrument = instruments.at(orders.instrument[order]!)
    return this.#send(slot, this.#frames.cancel(instrument, this.#numbers), session, nowNs)
  }

  #framePlace(order: number): number {
    const { orders, instruments } = this.#parts
    return this.#frames.place(
      instruments.at(orders.instrument[order]!),
      orders.side[order] as Side,
      orders.type[order] as OrderType,
      orders.timeInForce[order] as TimeInForce,
      this.#numbers,
      orders.qtyUnits[order]!,
      orders.priceUnits[order]!,
    )
  }

  /** Remembers the request before it is sent; its answer may name nothing but the id. */
  #take(kind: RequestKind, order: number, session: WebSocketSession, nowNs: MonoNs): number {
    const { orders, table, clock } = this.#parts
    const slot = table.take(kind, session, nowNs)
    if (slot === -1) return -1
    const numbers = this.#numbers
    numbers.requestId = table.id[slot]!
    numbers.clientIdHi = orders.clientIdHi[order]!
    numbers.clientIdLo = orders.clientIdLo[order]!
    numbers.timestampMs = clock.venueTimeMs(nowNs)
    table.instrument[slot] = orders.instrument[order]!
    table.clientIdHi[slot] = numbers.clientIdHi
    table.clientIdLo[slot] = numbers.clientIdLo
    return slot
  }

  #send(slot: number, size: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const outcome = session.sendText(this.#frames.bytes, 0, size, nowNs)
    if (outcome !== Outcome.Ok) this.#parts.table.release(slot)
    return outcome
  }

  #sendSigned(kind: RequestKind, order: number, session: WebSocketSession, nowNs: MonoNs): Outcome {
    const { orders, sender } = this.#parts
    const clientIdHi = orders.clientIdHi[order]!
    const clientIdLo = orders.clientIdLo[order]!
    const isPlace = kind === RequestKind.Place
    const request = {
      kind,
      method: isPlace ? 'order.place' : 'order.cancel',
      params: isPlace ? this.#placeParams(order) : this.#cancelParams(order),
      proof: Proof.Account,
      subject: { instrument: orders.instrument[order]!, clientIdHi, clientIdLo, token: 0 },
    }
    return sender.send(session, request, nowNs)
  }

  #placeParams(order: number): RequestParams {
    const { orders, instruments } = this.#parts
    const facts = instruments.at(orders.instrument[order]!)
    const type = orders.type[order] as OrderType
    const params: Record<string, string> = {
      symbol: facts.venueSymbol,
      side: ORDER_SIDES[orders.side[order] as Side],
      type: ORDER_TYPES[type],
      quantity: textFromUnits(orders.qtyUnits[order]!, facts.qtyScale),
      newClientOrderId: clientIdText(orders.clientIdHi[order]!, orders.clientIdLo[order]!),
      newOrderRespType: 'ACK',
    }
    if (type !== OrderType.Market) {
      params['price'] = textFromUnits(orders.priceUnits[order]!, facts.priceScale)
    }
    if (type === OrderType.Limit) {
      params['timeInForce'] = TIMES_IN_FORCE[orders.timeInForce[order]!]!
    }
    return params
  }

  #cancelParams(order: number): RequestParams {
    const { orders, instruments } = this.#parts
    const symbol = instruments.at(orders.instrument[order]!).venueSymbol
    return Object.assign({ symbol }, orderName(orders, order))
  }
}
