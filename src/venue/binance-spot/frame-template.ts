// Cold: the JSON of an order request, assembled once for each shape of order, and where the digits
// of one order go in it. What has a fixed width stands in front; order-frames.ts appends the rest.
import type { Side } from '#core/units.ts'
import { OrderType, type TimeInForce } from '#order/order-codes.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { RECEIVE_WINDOW_MS } from './endpoints.ts'
import { ORDER_SIDES, ORDER_TYPES, TIMES_IN_FORCE } from './wire-codes.ts'

/** Two decimals of up to 17 digits with their point, and what closes the object. */
const TAIL_BYTES_MAX = 64
const ID_PLACE = '1000000000'
const CLIENT_ID_PLACE = 'f00000000000'
const TIMESTAMP_PLACE = '1000000000000'

export interface FrameTemplate {
  readonly bytes: Uint8Array
  readonly idAt: number
  readonly clientIdAt: number
  readonly timestampAt: number
  /** Where the variable tail begins; for a cancel the end. */
  readonly tailAt: number
}

/** Ends before the digits of the quantity. */
export function placeTemplate(
  symbol: string,
  side: Side,
  type: OrderType,
  timeInForce: TimeInForce,
): FrameTemplate {
  const params: Record<string, string> = {
    symbol,
    side: ORDER_SIDES[side],
    type: ORDER_TYPES[type],
    newOrderRespType: 'ACK',
    newClientOrderId: CLIENT_ID_PLACE,
  }
  // A post-only order must not carry a time in force, a market order has none.
  if (type === OrderType.Limit) params['timeInForce'] = TIMES_IN_FORCE[timeInForce]!
  return frameTemplate('order.place', params, ',"quantity":"')
}

/** Complete: a cancel has no variable part. */
export function cancelTemplate(symbol: string): FrameTemplate {
  return frameTemplate('order.cancel', { symbol, origClientOrderId: CLIENT_ID_PLACE }, '}}')
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
