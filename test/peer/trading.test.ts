// ccxt trades on the embedded Binance spot venue, and what it believes afterwards is what the
// venue's own ledger says. Once with HMAC and once with Ed25519 signatures.
import type { Order, Trade } from 'ccxt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { collect, connectClient, type Client } from './ccxt-client.ts'
import { SimProcess } from './sim-process.ts'

const SYMBOL = 'BTC/USDT'
const TICK = 0.01

let sim: SimProcess
beforeAll(async () => {
  sim = await SimProcess.start()
})
afterAll(async () => {
  expect(await sim.end()).toBe(0)
})

describe.each([
  ['HMAC', 'alice', 'bob'],
  ['Ed25519', 'bob', 'alice'],
])('with %s keys', (_kind, account, counterparty) => {
  let client: Client
  let other: Client

  beforeAll(async () => {
    client = await connectClient(sim, sim.credentials(account))
    other = await connectClient(sim, sim.credentials(counterparty))
    await Promise.all([client.loadMarkets(), other.loadMarkets()])
  })
  afterAll(async () => {
    await Promise.all([client.close(), other.close()])
  })
  afterEach(async () => {
    for (const order of await client.fetchOpenOrders(SYMBOL)) {
      await client.cancelOrder(order.id, SYMBOL)
    }
    await expectAgreement(client, account)
  })

  /** A price that no one will trade at soon, but that the venue accepts. */
  async function farBid(): Promise<number> {
    const { bids } = await client.fetchOrderBook(SYMBOL, 5)
    return Math.round(bids[0]![0] * 0.9)
  }

  it('an order rests, is found by both its ids, is listed, and is cancelled', async () => {
    const price = await farBid()
    const placed = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, price)
    expect(placed).toMatchObject({ status: 'open', amount: 0.01, price, filled: 0 })
    const { id, clientOrderId } = placed
    expect(await client.fetchOrder(id, SYMBOL)).toMatchObject({ status: 'open', clientOrderId })
    const byClientId = await client.fetchOrder(undefined, SYMBOL, { clientOrderId })
    expect(byClientId.id).toBe(id)
    expect(await client.fetchOpenOrders(SYMBOL)).toMatchObject([{ id, remaining: 0.01 }])

    const held = await client.fetchBalance()
    expect(held.used['USDT']).toBeCloseTo(0.01 * price, 6)

    expect(await client.cancelOrder(id, SYMBOL)).toMatchObject({ id, status: 'canceled' })
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
    expect(await client.fetchOrder(id, SYMBOL)).toMatchObject({ status: 'canceled', filled: 0 })
    expect((await client.fetchBalance()).used['USDT']).toBe(0)
  })

  it('an order is replaced by another', async () => {
    const price = await farBid()
    const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, price)
    const next = await client.editOrder(id, SYMBOL, 'limit', 'buy', 0.02, price - 1)
    expect(next).toMatchObject({ status: 'open', amount: 0.02, price: price - 1 })
    expect(next.id).not.toBe(id)
    expect(await client.fetchOrder(id, SYMBOL)).toMatchObject({ status: 'canceled' })
    expect(await client.fetchOpenOrders(SYMBOL)).toMatchObject([{ id: next.id }])
  })

  it('all orders of a symbol are cancelled at once', async () => {
    const price = await farBid()
    for (const offset of [0, 1, 2]) {
      await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, price - offset)
    }
    expect(await client.cancelAllOrders(SYMBOL)).toHaveLength(3)
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
  })

  it('an order that crosses fills at the book’s prices, and its trades add up', async () => {
    const { asks } = await client.fetchOrderBook(SYMBOL, 5)
    const limit = asks[0]![0] + 100
    const order = await client.createOrder(SYMBOL, 'limit', 'buy', 0.03, limit)
    expect(order).toMatchObject({ status: 'closed', filled: 0.03, remaining: 0 })
    expect(order.average).toBeLessThanOrEqual(limit)
    const trades = (await client.fetchMyTrades(SYMBOL)).filter((one) => one.order === order.id)
    expect(sumOf(trades.map((one) => one.amount))).toBeCloseTo(0.03, 9)
    for (const one of trades) {
      expect(one).toMatchObject({ side: 'buy', takerOrMaker: 'taker', fee: { currency: 'BTC' } })
    }
  })

  it('market orders and IOC orders end at once', async () => {
    const sold = await client.createOrder(SYMBOL, 'market', 'sell', 0.02)
    expect(sold).toMatchObject({ status: 'closed', filled: 0.02 })
    const price = await farBid()
    const params = { timeInForce: 'IOC' }
    const missed = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, params)
    expect(missed).toMatchObject({ status: 'expired', filled: 0 })
  })

  it('a resting order is filled as maker by the other account', async () => {
    const order = await restAtTop(client)
    const isFilled = async () => (await client.fetchOrder(order.id, SYMBOL)).status === 'closed'
    while (!(await isFilled())) {
      await other.createOrder(SYMBOL, 'limit', 'sell', 0.3, order.price, { timeInForce: 'IOC' })
    }
    const trades = (await client.fetchMyTrades(SYMBOL)).filter((one) => one.order === order.id)
    expect(sumOf(trades.map((one) => one.amount))).toBeCloseTo(order.amount, 9)
    expect(new Set(trades.map((one) => one.takerOrMaker))).toEqual(new Set(['maker']))
  })

  it('the private stream tells of orders, fills and balances', async () => {
    await client.ensureUserDataStreamWsSubscribeSignature('spot')
    const orders = collect(() => client.watchOrders(SYMBOL), isDone)
    const trades = collect(() => client.watchMyTrades(SYMBOL), fills(0.02))
    const balances = client.watchBalance()
    const { id } = await client.createOrder(SYMBOL, 'market', 'buy', 0.02)

    expect((await orders).at(-1)).toMatchObject({ id, status: 'closed', filled: 0.02 })
    const told = (await client.fetchMyTrades(SYMBOL)).filter((one) => one.order === id)
    expect(essenceOf(await trades)).toEqual(essenceOf(told))
    await balances
    const { balances: kept } = await sim.ledger(account)
    const shown = () => client.balance.spot.free['BTC']
    await expect.poll(shown, { timeout: 10_000 }).toBe(Number(kept['BTC']?.free))
  })

  it('the WS API places, shows, replaces and cancels', async () => {
    const price = await farBid()
    const placed = await client.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, price)
    expect(placed).toMatchObject({ status: 'open', amount: 0.01, price })
    expect(await client.fetchOrderWs(placed.id, SYMBOL)).toMatchObject({ status: 'open' })
    const next = await client.editOrderWs(placed.id, SYMBOL, 'limit', 'buy', 0.02, price - 1)
    expect(await client.fetchOpenOrdersWs(SYMBOL)).toMatchObject([{ id: next.id, amount: 0.02 }])
    expect(await client.cancelOrderWs(next.id, SYMBOL)).toMatchObject({ status: 'canceled' })
    expect(await client.fetchOpenOrders(SYMBOL)).toEqual([])
    expect(await client.fetchTradesWs(SYMBOL, undefined, 3)).toHaveLength(3)
  })
})

/** A post-only bid on the best ask's near side; tried again when the market was faster. */
async function restAtTop(client: Client): Promise<Order> {
  for (;;) {
    const { asks } = await client.fetchOrderBook(SYMBOL, 5)
    const params = { postOnly: true }
    const price = asks[0]![0] - TICK
    try {
      const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 0.02, price, params)
      return await client.fetchOrder(id, SYMBOL)
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown.name !== 'OrderImmediatelyFillable') throw thrown
    }
  }
}

/** With nothing open, what the client is told equals the venue's ledger to the last digit. */
async function expectAgreement(client: Client, account: string): Promise<void> {
  const { trades, balances, orders } = await sim.ledger(account)
  const seen = await client.fetchMyTrades(SYMBOL)
  expect(essenceOf(seen)).toEqual(
    trades.map((trade) => ({
      id: String(trade.tradeId),
      order: String(trade.orderId),
      side: trade.side,
      price: Number(trade.price),
      amount: Number(trade.qty),
      takerOrMaker: trade.isMaker ? 'maker' : 'taker',
      fee: { cost: Number(trade.fee), currency: trade.feeAsset },
    })),
  )
  const { free, used } = await client.fetchBalance()
  for (const [asset, kept] of Object.entries(balances)) {
    expect([asset, free[asset]]).toEqual([asset, Number(kept.free)])
    expect([asset, used[asset]]).toEqual([asset, Number(kept.locked)])
  }
  const ids = (await client.fetchOrders(SYMBOL)).map((order) => order.id)
  expect(ids.map(Number).toSorted(ascending)).toEqual(orders.map((order) => order.orderId))
}

/** By id: ccxt sorts trades of one moment by the letters of their ids. */
function essenceOf(trades: readonly Trade[]) {
  const sorted = trades.toSorted((a, b) => Number(a.id) - Number(b.id))
  return sorted.map(({ id, order, side, price, amount, takerOrMaker, fee }) => ({
    id,
    order,
    side,
    price,
    amount,
    takerOrMaker,
    fee: fee && { cost: fee.cost, currency: fee.currency },
  }))
}

const ascending = (a: number, b: number): number => a - b
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
const isDone = (orders: readonly Order[]): boolean => orders.at(-1)?.status === 'closed'
const fills =
  (amount: number) =>
  (trades: readonly Trade[]): boolean =>
    sumOf(trades.map((one) => one.amount)) >= amount - 1e-9
