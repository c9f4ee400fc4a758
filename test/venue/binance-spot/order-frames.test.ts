import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitsFromText } from '#core/decimal.ts'
import { Side } from '#core/units.ts'
import { InstrumentTable, type Instrument } from '#market/instrument.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { OrderFrames } from '#venue/binance-spot/order-frames.ts'
import { BTC, twoInstruments } from './market-record.ts'

const btc = twoInstruments().at(0)
const NUMBERS = {
  requestId: 1_000_000_042,
  clientIdHi: 0,
  clientIdLo: 7,
  timestampMs: 1_700_000_000_123,
}

const frames = new OrderFrames(null)
const read = (size: number): unknown =>
  JSON.parse(new TextDecoder().decode(frames.bytes.subarray(0, size)))
const place = (type: OrderType, timeInForce: TimeInForce, facts: Instrument = btc): unknown =>
  read(frames.place(facts, Side.Sell, type, timeInForce, NUMBERS, 12_345, 6_000_010))

describe('order.place', () => {
  const common = {
    symbol: 'BTCUSDT',
    side: 'SELL',
    newOrderRespType: 'ACK',
    newClientOrderId: 'f00000000007',
    recvWindow: 2_000,
    timestamp: 1_700_000_000_123,
    quantity: '0.12345',
  }
  it.each([
    [
      'limit gtc',
      OrderType.Limit,
      TimeInForce.Gtc,
      { type: 'LIMIT', timeInForce: 'GTC', price: '60000.10' },
    ],
    [
      'limit ioc',
      OrderType.Limit,
      TimeInForce.Ioc,
      { type: 'LIMIT', timeInForce: 'IOC', price: '60000.10' },
    ],
    [
      'limit fok',
      OrderType.Limit,
      TimeInForce.Fok,
      { type: 'LIMIT', timeInForce: 'FOK', price: '60000.10' },
    ],
    [
      'post-only, which carries no time in force',
      OrderType.LimitMaker,
      TimeInForce.Gtc,
      { type: 'LIMIT_MAKER', price: '60000.10' },
    ],
    ['market', OrderType.Market, TimeInForce.Gtc, { type: 'MARKET' }],
  ])('%s', (_, type, timeInForce, own) => {
    const params = { ...common, ...own }
    expect(place(type, timeInForce)).toEqual({ id: 1_000_000_042, method: 'order.place', params })
  })

  it('patches one template again and again without leaving anything behind', () => {
    const order = fc.record({
      requestId: fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }),
      clientIdHi: fc.nat(2 ** 31 - 1),
      clientIdLo: fc.nat(2 ** 32 - 1),
      timestampMs: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
      qty: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      price: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    })
    fc.assert(
      fc.property(order, (numbers) => {
        const { qty, price } = numbers
        const size = frames.place(
          btc,
          Side.Buy,
          OrderType.Limit,
          TimeInForce.Gtc,
          numbers,
          qty,
          price,
        )
        const sent = read(size) as { id: number; params: Record<string, string | number> }
        expect(sent.id).toBe(numbers.requestId)
        expect(sent.params['timestamp']).toBe(numbers.timestampMs)
        const clientId = clientIdText(numbers.clientIdHi, numbers.clientIdLo)
        expect(sent.params['newClientOrderId']).toBe(clientId)
        expect(unitsFromText(String(sent.params['quantity']), 5, 'q')).toBe(qty)
        expect(unitsFromText(String(sent.params['price']), 2, 'p')).toBe(price)
      }),
    )
  })

  it('keeps instruments and sides apart', () => {
    const table = new InstrumentTable()
    table.put(BTC)
    const other = table.put({ ...BTC, symbol: '币/USDT', venueSymbol: '币USDT' })
    expect(place(OrderType.Limit, TimeInForce.Gtc, other)).toMatchObject({
      params: { symbol: '币USDT', newClientOrderId: 'f00000000007', timestamp: 1_700_000_000_123 },
    })
    expect(place(OrderType.Limit, TimeInForce.Gtc)).toMatchObject({ params: { symbol: 'BTCUSDT' } })
  })
})

it('order.cancel names the order by our id', () => {
  expect(read(frames.cancel(btc, NUMBERS))).toEqual({
    id: 1_000_000_042,
    method: 'order.cancel',
    params: {
      symbol: 'BTCUSDT',
      origClientOrderId: 'f00000000007',
      recvWindow: 2_000,
      timestamp: 1_700_000_000_123,
    },
  })
})
