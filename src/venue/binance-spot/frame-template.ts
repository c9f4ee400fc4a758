// Cold: the JSON of an order request, assembled once for each shape of order, and where the digits
// of one order go in it. What has a fixed width stands in front; order-frames.ts appends the rest.
// A request that is signed by itself carries key and signature too, and knows what is signed.
import type { Side } from '#core/units.ts'
import { HMAC_HEX_BYTES } from '#kernel/hmac-sha256.ts'
import { OrderType, type TimeInForce } from '#order/order-codes.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { RECEIVE_WINDOW_MS } from './endpoints.ts'
import { FIELD_MARKS, PayloadField, PayloadTemplate } from './payload-template.ts'
import { ORDER_SIDES, ORDER_TYPES, TIMES_IN_FORCE } from './wire-codes.ts'

/** Two decimals of up to 17 digits with their point, and what closes the object. */
const TAIL_BYTES_MAX = 64
const ID_PLACE = '1000000000'
const CLIENT_ID_PLACE = 'f00000000000'
const TIMESTAMP_PLACE = '1000000000000'
const SIGNATURE_PLACE = 's'.repeat(HMAC_HEX_BYTES)

type TextParams = Readonly<Record<string, string>>

export interface FrameTemplate {
  readonly bytes: Uint8Array
  readonly idAt: number
  readonly clientIdAt: number
  readonly timestampAt: number
  /** Where the variable tail begins; for a cancel the end. */
  readonly tailAt: number
  /** What is signed; null on a session that is logged on. */
  readonly payload: PayloadTemplate | null
}

/** Ends before the digits of the quantity. `apiKey`: null on a session that is logged on. */
export function placeTemplate(
  symbol: string,
  side: Side,
  type: OrderType,
  timeInForce: TimeInForce,
  apiKey: string | null,
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
  const template = frameTemplate('order.place', params, ',"quantity":"', apiKey)
  if (apiKey === null) return template
  const signed: Record<string, string> = { ...params, newClientOrderId: mark(F.ClientId) }
  signed['quantity'] = mark(F.Quantity)
  if (type !== OrderType.Market) signed['price'] = mark(F.Price)
  return signedTemplate(template, apiKey, signed)
}

/** Complete: a cancel has no variable part. */
export function cancelTemplate(symbol: string, apiKey: string | null): FrameTemplate {
  const params = { symbol, origClientOrderId: CLIENT_ID_PLACE }
  const template = frameTemplate('order.cancel', params, '}}', apiKey)
  if (apiKey === null) return template
  return signedTemplate(template, apiKey, { symbol, origClientOrderId: mark(F.ClientId) })
}

const F = PayloadField
const mark = (field: PayloadField): string => FIELD_MARKS[field]!

function frameTemplate(
  method: string,
  params: TextParams,
  tail: string,
  apiKey: string | null,
): FrameTemplate {
  // In front, so that no key can be taken for a place.
  const proof = apiKey === null ? {} : { apiKey, signature: SIGNATURE_PLACE }
  const fixed = JSON.stringify({ ...proof, ...params }).slice(0, -1)
  const window = `"recvWindow":${RECEIVE_WINDOW_MS},"timestamp":${TIMESTAMP_PLACE}`
  const text = `{"id":${ID_PLACE},"method":"${method}","params":${fixed},${window}${tail}`
  const encoded = asciiBytes(text)
  const bytes = new Uint8Array(encoded.length + TAIL_BYTES_MAX)
  bytes.set(encoded)
  return {
    bytes,
    idAt: '{"id":'.length,
    clientIdAt: lastByteOf(text, CLIENT_ID_PLACE),
    timestampAt: lastByteOf(text, TIMESTAMP_PLACE),
    tailAt: encoded.length,
    payload: null,
  }
}

/** With what is signed of it: `params` hold marks where an order differs from the next. */
function signedTemplate(
  template: FrameTemplate,
  apiKey: string,
  params: TextParams,
): FrameTemplate {
  const { bytes, clientIdAt, timestampAt, tailAt } = template
  const stamped = { ...params, recvWindow: RECEIVE_WINDOW_MS, timestamp: mark(F.Timestamp) }
  const text = new TextDecoder().decode(bytes.subarray(0, tailAt))
  const payload = new PayloadTemplate(apiKey, stamped, lastByteOf(text, SIGNATURE_PLACE))
  payload.starts[F.ClientId] = clientIdAt
  payload.ends[F.ClientId] = clientIdAt + CLIENT_ID_PLACE.length
  payload.starts[F.Timestamp] = timestampAt
  payload.ends[F.Timestamp] = timestampAt + TIMESTAMP_PLACE.length
  return { ...template, payload }
}

/** A symbol beyond ASCII is longer in bytes than in letters: places are found in the bytes. */
function lastByteOf(text: string, place: string): number {
  return asciiBytes(text.slice(0, text.lastIndexOf(place))).length
}
