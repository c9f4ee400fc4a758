// Hot path.
// Order requests of a logged-on session as preassembled JSON whose digits are patched in place.
//
//   {"id":1000000042,"method":"order.place","params":{…,"newClientOrderId":"f…","timestamp":…,
//        └ patched                                     "quantity":"└ patched  └",  "price":"…"}}
//
// One template for each (instrument, side, type, time in force), made when it is first needed.
// Everything of fixed width stands in front, quantity and price stand last because their length
// varies. Quantities and prices are plain decimals: the venue refuses exponents.
import { Side } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { writeClientId } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { writeDecimal, writeInteger } from '#wire/digit-writer.ts'
import { RECEIVE_WINDOW_MS } from './endpoints.ts'
import { ORDER_SIDES, ORDER_TYPES, TIMES_IN_FORCE } from './wire-codes.ts'

const ID_DIGITS = 10
const TIMESTAMP_DIGITS = 13
/** Two decimals of up to 17 digits with their point, and what closes the object. */
const TAIL_BYTES_MAX = 64
const ID_PLACE = '1000000000'
const CLIENT_ID_PLACE = 'f00000000000'
const TIMESTAMP_PLACE = '1000000000000'
const PRICE_KEY = asciiBytes('","price":"')
const CLOSE_QUOTED = asciiBytes('"}}')

/** Numbers of one order, read by the gateway from the order table. */
export interface OrderNumbers {
  readonly requestId: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly timestampMs: number
}

interface FrameTemplate {
  readonly bytes: Uint8Array
  readonly idAt: number
  readonly clientIdAt: number
  readonly timestampAt: number
  /** Where the variable tail begins; for a cancel the end. */
  readonly tailAt: number
}

export class OrderFrames {
  /** The frame is `bytes[0, size)` of the template that the last call patched. */
  bytes: Uint8Array = new Uint8Array(0)
  readonly #places: (FrameTemplate | undefined)[] = []
  readonly #cancels: (FrameTemplate | undefined)[] = []

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
    let at = writeDecimal(qtyUnits, instrument.qtyScale, bytes, template.tailAt)
    if (type !== OrderType.Market) {
      at = append(PRICE_KEY, bytes, at)
      at = writeDecimal(price, instrument.priceScale, bytes, at)
    }
    return append(CLOSE_QUOTED, bytes, at)
  }

  cancel(instrument: Instrument, numbers: OrderNumbers): number {
    const template = this.#cancels[instrument.index] ?? this.#assembleCancel(instrument)
    this.#patch(template, numbers)
    return template.tailAt
  }

  #patch(template: FrameTemplate, numbers: OrderNumbers): void {
    const bytes = template.bytes
    this.bytes = bytes
    writeInteger(numbers.requestId, ID_DIGITS, bytes, template.idAt)
    writeClientId(numbers.clientIdHi, numbers.clientIdLo, bytes, template.clientIdAt)
    writeInteger(numbers.timestampMs, TIMESTAMP_DIGITS, bytes, template.timestampAt)
  }

  /** Cold: once for each shape of order. */
  #assemblePlace(
    key: number,
    instrument: Instrument,
    side: Side,
    type: OrderType,
    timeInForce: TimeInForce,
  ): FrameTemplate {
    const hasTimeInForce = type === OrderType.Limit
    const template = frameTemplate(
      'order.place',
      {
        symbol: instrument.venueSymbol,
        side: ORDER_SIDES[side],
        type: ORDER_TYPES[type],
        ...(hasTimeInForce ? { timeInForce: TIMES_IN_FORCE[timeInForce as 0 | 1 | 2] } : {}),
        newOrderRespType: 'ACK',
        newClientOrderId: CLIENT_ID_PLACE,
      },
      ',"quantity":"',
    )
    this.#places[key] = template
    return template
  }

  #assembleCancel(instrument: Instrument): FrameTemplate {
    const params = { symbol: instrument.venueSymbol, origClientOrderId: CLIENT_ID_PLACE }
    const template = frameTemplate('order.cancel', params, '}}')
    this.#cancels[instrument.index] = template
    return template
  }
}

function append(text: Uint8Array, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text[i]!
  return at + text.length
}

function frameTemplate(
  method: string,
  params: Readonly<Record<string, string>>,
  tail: string,
): FrameTemplate {
  const fixed = JSON.stringify(params).slice(0, -1)
  const window = `"recvWindow":${RECEIVE_WINDOW_MS},"timestamp":${TIMESTAMP_PLACE}`
  const text = `{"id":${ID_PLACE},"method":"${method}","params":${fixed},${window}${tail}`
  const encoded = asciiBytes(text)
  const bytes = new Uint8Array(encoded.length + TAIL_BYTES_MAX)
  bytes.set(encoded)
  // A symbol beyond ASCII is longer in bytes than in letters: places are found in the bytes.
  const at = (place: string): number => asciiBytes(text.slice(0, text.lastIndexOf(place))).length
  return {
    bytes,
    idAt: '{"id":'.length,
    clientIdAt: at(CLIENT_ID_PLACE),
    timestampAt: at(TIMESTAMP_PLACE),
    tailAt: encoded.length,
  }
}
