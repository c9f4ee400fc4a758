// Signing an order that stands in its frame: from the digits in the frame to the signature's digits
// in it. The peer is handed its payload as a finished text and the key as an object.
import { createHmac, createSecretKey } from 'node:crypto'
import { Side } from '#core/units.ts'
import { HMAC_HEX_BYTES } from '#kernel/hmac-sha256.ts'
import type { Kernels } from '#kernel/kernels.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { signedPayload } from '#venue/binance-spot/endpoints.ts'
import { placeTemplate } from '#venue/binance-spot/frame-template.ts'
import { OrderSigning } from '#venue/binance-spot/order-signing.ts'
import { PayloadField, type PayloadTemplate } from '#venue/binance-spot/payload-template.ts'
import type { BenchCase } from './harness.ts'

const OPS = 256
const PEER = 'createHmac(string)'
/** Both as long as Binance's own. */
const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const QUANTITY = '0.10000'
const PRICE = '43250.00'
const PAYLOAD = signedPayload({
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'LIMIT',
  newOrderRespType: 'ACK',
  newClientOrderId: 'f00000000000',
  timeInForce: 'GTC',
  apiKey: KEY,
  recvWindow: 2_000,
  timestamp: 1_000_000_000_000,
  quantity: QUANTITY,
  price: PRICE,
})
let seen = 0

/** `row` and `goal` are those of the kernels that are deployed. */
export function signatureCases(kernels: Kernels, row: string, goal: number | null): BenchCase[] {
  return [
    {
      row,
      name: `order, signed in its frame by ${kernels.make}`,
      peer: PEER,
      goal,
      opsPerCall: OPS,
      ours: signOrders(kernels),
      theirs: signTexts,
    },
    {
      row: '',
      name: `any text, signed by ${kernels.make}`,
      peer: PEER,
      goal: null,
      opsPerCall: OPS,
      ours: signBytes(kernels),
      theirs: signTexts,
    },
  ]
}

/** Adds up what was computed: without a reader the compiler may drop the work. */
export const signaturesSeen = (): number => seen

/** The production code: payload put together from template and frame, signature into the frame. */
export function signOrders(kernels: Kernels): () => void {
  const signing = new OrderSigning({ kind: 'hmac', key: KEY, secret: SECRET }, kernels)
  const { Limit } = OrderType
  const template = placeTemplate('BTCUSDT', Side.Sell, Limit, TimeInForce.Gtc, KEY)
  const { bytes: frame, payload, tailAt } = template
  if (payload === null) throw new Error('the order is not signed')
  putText(payload, PayloadField.Quantity, QUANTITY, frame, tailAt)
  putText(payload, PayloadField.Price, PRICE, frame, tailAt + QUANTITY.length)
  signing.sign(payload, frame)
  const { signatureAt } = payload
  const signature = Buffer.from(frame).toString('latin1', signatureAt, signatureAt + HMAC_HEX_BYTES)
  if (signature !== textSignature(PAYLOAD)) throw new Error('the order is signed otherwise')
  const lastDigitAt = payload.ends[PayloadField.Timestamp]! - 1
  return () => {
    for (let i = 0; i < OPS; i++) {
      frame[lastDigitAt] = i & 63
      signing.sign(payload, frame)
      seen += frame[signatureAt]!
    }
  }
}

function putText(
  payload: PayloadTemplate,
  field: PayloadField,
  text: string,
  frame: Uint8Array,
  at: number,
): void {
  frame.set(Buffer.from(text), at)
  payload.starts[field] = at
  payload.ends[field] = at + text.length
}

/** The same text with nothing of it known before: copied in whole. */
function signBytes(kernels: Kernels): () => void {
  const hmac = kernels.hmacSha256()
  hmac.useKey(Buffer.from(SECRET), new Uint8Array(0))
  const bytes = Buffer.from(PAYLOAD)
  const out = new Uint8Array(HMAC_HEX_BYTES)
  return () => {
    for (let i = 0; i < OPS; i++) {
      hmac.message.set(bytes)
      hmac.message[0] = i & 63
      hmac.sign(bytes.length, out, 0)
      seen += out[0]!
    }
  }
}

const keyObject = createSecretKey(Buffer.from(SECRET))
const textSignature = (text: string): string =>
  createHmac('sha256', keyObject).update(text).digest('hex')
const TEXTS = Array.from({ length: 64 }, (_, i) => `${PAYLOAD.slice(0, -2)}${10 + i}`)

function signTexts(): void {
  for (let i = 0; i < OPS; i++) seen += textSignature(TEXTS[i & 63]!).length
}
