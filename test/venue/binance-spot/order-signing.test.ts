// Orders of a key that cannot log on: each frame must carry the signature that the venue computes
// from the frame's own parameters, sorted, by OpenSSL; whatever was patched in before.
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { TYPESCRIPT_KERNELS, WASM_KERNELS } from '#kernel/kernels.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { signedPayload } from '#venue/binance-spot/endpoints.ts'
import { OrderFrames } from '#venue/binance-spot/order-frames.ts'
import { OrderSigning } from '#venue/binance-spot/order-signing.ts'
import { BTC } from './market-record.ts'

const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'

const instruments = new InstrumentTable()
const btc = instruments.put(BTC)
const coin = instruments.put({ ...BTC, symbol: '币/USDT', venueSymbol: '币USDT' })

const NUMBERS = {
  requestId: 1_000_000_042,
  clientIdHi: 0,
  clientIdLo: 7,
  timestampMs: 1_700_000_000_123,
}
const order = fc.record({
  instrument: fc.constantFrom(btc, coin),
  isCancel: fc.boolean(),
  side: fc.constantFrom(...Object.values(Side)),
  type: fc.constantFrom(...Object.values(OrderType)),
  timeInForce: fc.constantFrom(TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok),
  numbers: fc.record({
    requestId: fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }),
    clientIdHi: fc.nat(2 ** 31 - 1),
    clientIdLo: fc.nat(2 ** 32 - 1),
    timestampMs: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
  }),
  qty: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  price: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
})
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never

type Params = Record<string, string | number>

function sentParams(frames: OrderFrames, size: number): Params {
  const text = new TextDecoder().decode(frames.bytes.subarray(0, size))
  return (JSON.parse(text) as { params: Params }).params
}

function send(frames: OrderFrames, sent: Order): Params {
  const { instrument, isCancel, side, type, timeInForce, numbers, qty, price } = sent
  const size = isCancel
    ? frames.cancel(instrument, numbers)
    : frames.place(instrument, side, type, timeInForce, numbers, qty, price)
  return sentParams(frames, size)
}

/** As the venue checks it. */
function expectSigned({ signature, ...params }: Params, key: string, secret: string): void {
  expect(params['apiKey']).toBe(key)
  const payload = signedPayload(params)
  expect(signature).toBe(createHmac('sha256', secret).update(payload).digest('hex'))
}

describe.each([WASM_KERNELS, TYPESCRIPT_KERNELS])('signed with $make', (kernels) => {
  const framesOf = (key: string, secret: string): OrderFrames =>
    new OrderFrames(new OrderSigning({ kind: 'hmac', key, secret }, kernels))

  it('any order after any other', () => {
    const frames = framesOf(KEY, SECRET)
    fc.assert(
      fc.property(order, (sent) => expectSigned(send(frames, sent), KEY, SECRET)),
      { numRuns: 1_000 },
    )
  })

  it('with keys and secrets of any length, and letters of any kind', () => {
    const text = fc.string({ minLength: 1, maxLength: 140, unit: 'binary' })
    fc.assert(
      fc.property(text, text, fc.array(order, { maxLength: 3 }), (key, secret, sent) => {
        const frames = framesOf(key, secret)
        for (const one of sent) expectSigned(send(frames, one), key, secret)
      }),
      { numRuns: 30 },
    )
  })
})

it('carries what an order of a logged-on session carries, and the proof', () => {
  const signed = new OrderFrames(
    new OrderSigning({ kind: 'hmac', key: KEY, secret: SECRET }, TYPESCRIPT_KERNELS),
  )
  const plain = new OrderFrames(null)
  const params = [signed, plain].map((frames) => {
    const numbers = [NUMBERS, 12_345, 6_000_010] as const
    return sentParams(
      frames,
      frames.place(btc, Side.Sell, OrderType.Limit, TimeInForce.Gtc, ...numbers),
    )
  })
  const { apiKey, signature, ...rest } = params[0]!
  expect(apiKey).toBe(KEY)
  expect(signature).toMatch(/^[0-9a-f]{64}$/)
  expect(rest).toEqual(params[1])
})
