// The embedded Binance spot venue refuses in words that ccxt knows: each refusal becomes the class
// of error that ccxt raises for the real one.
import {
  AuthenticationError,
  BadRequest,
  BadSymbol,
  InsufficientFunds,
  InvalidNonce,
  InvalidOrder,
  MarketClosed,
  OrderImmediatelyFillable,
  OrderNotFound,
} from 'ccxt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectClient, type Client } from './ccxt-client.ts'
import { SimProcess } from './sim-process.ts'

const SYMBOL = 'BTC/USDT'

let sim: SimProcess
let client: Client
let bid: number
let ask: number

beforeAll(async () => {
  sim = await SimProcess.start()
})
afterAll(async () => {
  expect(await sim.end()).toBe(0)
})

beforeAll(async () => {
  client = await connectClient(sim, sim.credentials('alice'))
  await client.loadMarkets()
  const book = await client.fetchOrderBook(SYMBOL, 5)
  bid = book.bids[0]![0]
  ask = book.asks[0]![0]
})
afterAll(async () => {
  await client.close()
})

const buy = (amount: number, price: number, params = {}) =>
  client.createOrder(SYMBOL, 'limit', 'buy', amount, price, params)

describe('orders', () => {
  afterEach(async () => {
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
  })

  it('that nobody can pay', async () => {
    await expect(buy(1_000, bid - 100)).rejects.toThrow(InsufficientFunds)
    const overWs = client.createOrderWs(SYMBOL, 'limit', 'buy', 1_000, bid - 100)
    await expect(overWs).rejects.toThrow(InsufficientFunds)
  })

  it('that are too far from the market', async () => {
    await expect(buy(0.1, 1_000)).rejects.toThrow(InvalidOrder)
  })

  it('that are too small', async () => {
    // ccxt has no entry for the NOTIONAL filter and falls back on the code.
    await expect(buy(0.00001, bid - 100)).rejects.toThrow(BadRequest)
  })

  it('that should only make, but would take', async () => {
    await expect(buy(0.01, ask + 100, { postOnly: true })).rejects.toThrow(OrderImmediatelyFillable)
  })

  it('that are not there', async () => {
    await expect(client.fetchOrder('99999999', SYMBOL)).rejects.toThrow(OrderNotFound)
    await expect(client.cancelOrder('99999999', SYMBOL)).rejects.toThrow(OrderNotFound)
    await expect(client.cancelOrderWs('99999999', SYMBOL)).rejects.toThrow(OrderNotFound)
    await expect(client.cancelAllOrders(SYMBOL)).rejects.toThrow(OrderNotFound)
  })

  it('while the market is halted', async () => {
    await sim.command({ name: 'halt', symbol: SYMBOL, halted: true })
    await expect(buy(0.01, bid - 100)).rejects.toThrow(MarketClosed)
    await sim.command({ name: 'halt', symbol: SYMBOL, halted: false })
    const { id } = await buy(0.01, bid - 100)
    await client.cancelOrder(id, SYMBOL)
  })
})

describe('requests', () => {
  it('for a symbol that is not listed', async () => {
    await expect(client.publicGetDepth({ symbol: 'FOOBAR' })).rejects.toThrow(BadSymbol)
  })

  it.each([
    ['an unknown key', { key: 'k'.repeat(64) }],
    ['a wrong secret', { secret: 'hush' }],
  ])('with %s', async (_name, wrong) => {
    const stranger = await connectClient(sim, { ...sim.credentials('alice'), ...wrong })
    await expect(stranger.fetchBalance()).rejects.toThrow(AuthenticationError)
    const overWs = stranger.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, bid - 100)
    await expect(overWs).rejects.toThrow(AuthenticationError)
    await stranger.close()
  })

  it('from a clock that is a minute late', async () => {
    const late = await connectClient(sim, sim.credentials('alice'))
    await late.loadMarkets()
    late.options['timeDifference'] = 60_000
    await expect(late.fetchBalance()).rejects.toThrow(InvalidNonce)
    await late.close()
  })
})
