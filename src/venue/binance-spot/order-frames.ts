// Hot path.
// Order requests as preassembled JSON whose digits are patched in place.
//
//   {"id":1000000042,"method":"order.place","params":{…,"newClientOrderId":"f…","timestamp":…,
//        └ patched                                     "quantity":"└ patched  └",  "price":"…"}}
//
// One template for each (instrument, side, type, time in force), made when it is first needed.
// Everything of fixed width stands in front, quantity and price stand last because their length
// varies. Quantities and prices are plain decimals: the venue refuses exponents.
// With `signing` each request proves by itself who sent it; without, the session has logged on.
import { Side } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { writeClientId } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { writeDecimal, writeInteger } from '#wire/digit-writer.ts'
import { cancelTemplate, placeTemplate, type FrameTemplate } from './frame-template.ts'
import type { OrderSigning } from './order-signing.ts'
import { PayloadField } from './payload-template.ts'

const ID_DIGITS = 10
const TIMESTAMP_DIGITS = 13
const PRICE_KEY = asciiBytes('","price":"')
const CLOSE_QUOTED = asciiBytes('"}}')

/** Numbers of one order, read by the gateway from the order table. */
export interface OrderNumbers {
  readonly requestId: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly timestampMs: number
}

export class OrderFrames {
  /** The frame is `bytes[0, size)` of the template that the last call patched. */
  bytes: Uint8Array = new Uint8Array(0)
  readonly #places: (FrameTemplate | undefined)[] = []
  readonly #cancels: (FrameTemplate | undefined)[] = []
  readonly #signing: OrderSigning | null

  constructor(signing: OrderSigning | null) {
    this.#signing = signing
  }

  /** Patches the template; returns the frame's size. `price` is ignored for market orders. */
  place(
    instrument: Instrument,
    side: Side,
    type: OrderType,
    timeInForce: TimeInForce,
    numbers: OrderNumbers,
    qtyUnits: number,
    price: number,
  ): number {
    const key = ((instrument.index * 2 + side) * 3 + type) * 4 + timeInForce
    const template =
      this.#places[key] ?? this.#assemblePlace(key, instrument, side, type, timeInForce)
    const bytes = template.bytes
    this.#patch(template, numbers)
    const qtyEnd = writeDecimal(qtyUnits, instrument.qtyScale, bytes, template.tailAt)
    const isPriced = type !== OrderType.Market
    const priceAt = isPriced ? append(PRICE_KEY, bytes, qtyEnd) : qtyEnd
    const end = isPriced ? writeDecimal(price, instrument.priceScale, bytes, priceAt) : qtyEnd
    this.#sign(template, qtyEnd, priceAt, end)
    return append(CLOSE_QUOTED, bytes, end)
  }

  cancel(instrument: Instrument, numbers: OrderNumbers): number {
    const template = this.#cancels[instrument.index] ?? this.#assembleCancel(instrument)
    this.#patch(template, numbers)
    this.#sign(template, template.tailAt, template.tailAt, template.tailAt)
    return template.tailAt
  }

  #patch(template: FrameTemplate, numbers: OrderNumbers): void {
    const bytes = template.bytes
    this.bytes = bytes
    writeInteger(numbers.requestId, ID_DIGITS, bytes, template.idAt)
    writeClientId(numbers.clientIdHi, numbers.clientIdLo, bytes, template.clientIdAt)
    writeInteger(numbers.timestampMs, TIMESTAMP_DIGITS, bytes, template.timestampAt)
  }

  /** The quantity ends at `qtyEnd`, the price stands in [priceAt, priceEnd). */
  #sign(template: FrameTemplate, qtyEnd: number, priceAt: number, priceEnd: number): void {
    const { payload, bytes } = template
    if (this.#signing === null || payload === null) return
    payload.starts[PayloadField.Quantity] = template.tailAt
    payload.ends[PayloadField.Quantity] = qtyEnd
    payload.starts[PayloadField.Price] = priceAt
    payload.ends[PayloadField.Price] = priceEnd
    this.#signing.sign(payload, bytes)
  }

  /** Cold: once for each shape of order. */
  #assemblePlace(
    key: number,
    instrument: Instrument,
    side: Side,
    type: OrderType,
    timeInForce: TimeInForce,
  ): FrameTemplate {
    const template = placeTemplate(instrument.venueSymbol, side, type, timeInForce, this.#apiKey)
    this.#places[key] = template
    return template
  }

  #assembleCancel(instrument: Instrument): FrameTemplate {
    const template = cancelTemplate(instrument.venueSymbol, this.#apiKey)
    this.#cancels[instrument.index] = template
    return template
  }

  get #apiKey(): string | null {
    return this.#signing === null ? null : this.#signing.apiKey
  }
}

function append(text: Uint8Array, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text[i]!
  return at + text.length
}
