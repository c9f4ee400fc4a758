// ccxt reads listings, books, trades and candles of the embedded Binance spot venue.
import type { OrderBook } from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, connectClient, type Client } from './ccxt-client.ts'
import { SimProcess } from './sim-process.ts'

const SYMBOL = 'BTC/USDT'
const LEVELS = 10
const COMPARISONS = 5
const TRADES = 5

let sim: SimProcess
let client: Client

beforeAll(async () => {
  sim = await SimProcess.start()
})
afterAll(async () => {
  expect(await sim.end()).toBe(0)
})

beforeAll(async () => {
  client = await connectClient(sim, sim.credentials('alice'))
  await client.loadMarkets()
  // Tickers and candles begin with the first trades.
  while ((await client.fetchTrades(SYMBOL)).length < TRADES) await client.fetchTime()
})
afterAll(async () => {
  await client.close()
})

const requireIncreasing = (numbers: readonly number[]): void => {
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
}

function requireSound({ bids, asks }: OrderBook): void {
  expect(bids.length).toBeGreaterThan(0)
  expect(asks.length).toBeGreaterThan(0)
  requireIncreasing(bids.map(([price]) => -price))
  requireIncreasing(asks.map(([price]) => price))
  expect(bids[0]![0]).toBeLessThan(asks[0]![0])
}

describe('REST', () => {
  it('lists spot markets with their steps and limits', async () => {
    const markets = await client.loadMarkets()
    expect(Object.keys(markets)).toContain(SYMBOL)
    expect(markets[SYMBOL]).toMatchObject({
      id: 'BTCUSDT',
      spot: true,
      active: true,
      precision: { price: 0.01, amount: 0.00001 },
      limits: { cost: { min: 5 } },
    })
  })

  it('tells its time', async () => {
    expect(await client.fetchTime()).toBeGreaterThan(1_700_000_000_000)
    expect(Math.abs(await client.loadTimeDifference())).toBeLessThan(5_000)
  })

  it('gives a book', async () => {
    const book = await client.fetchOrderBook(SYMBOL, LEVELS)
    expect(book.bids).toHaveLength(LEVELS)
    expect(book.nonce).toBeGreaterThan(0)
    requireSound(book)
  })

  it('gives tickers', async () => {
    const { bid, ask, last, high, low } = await client.fetchTicker(SYMBOL)
    expect(bid).toBeLessThan(ask)
    expect(low).toBeLessThanOrEqual(last)
    expect(last).toBeLessThanOrEqual(high)
    expect(Object.keys(await client.fetchTickers())).toContain(SYMBOL)
  })

  it.each(['publicGetAggTrades', 'publicGetTrades', 'publicGetHistoricalTrades'])(
    'gives trades by %s',
    async (fetchTradesMethod) => {
      const rows = await client.fetchTrades(SYMBOL, undefined, TRADES, { fetchTradesMethod })
      expect(new Set(rows.map((trade) => trade.id)).size).toBe(TRADES)
      requireIncreasing(rows.map((trade) => trade.timestamp))
      for (const { price, amount, side } of rows) {
        expect(price).toBeGreaterThan(0)
        expect(amount).toBeGreaterThan(0)
        expect(['buy', 'sell']).toContain(side)
      }
    },
  )

  it('gives candles of every interval', async () => {
    for (const interval of Object.keys(client.timeframes)) {
      const candles = await client.fetchOHLCV(SYMBOL, interval)
      expect(candles.length, interval).toBeGreaterThan(0)
      requireIncreasing(candles.map(([openTime]) => openTime))
      for (const [, open, high, low, close] of candles) {
        expect(Math.max(open, close, low)).toBeLessThanOrEqual(high)
        expect(Math.min(open, close, high)).toBeGreaterThanOrEqual(low)
      }
    }
  })
})

describe('streams', () => {
  it('keep a local book that equals the venue’s at equal update ids', async () => {
    let compared = 0
    while (compared < COMPARISONS) {
      const { bids, asks, nonce } = await client.watchOrderBook(SYMBOL)
      const local = { bids: bids.slice(0, LEVELS), asks: asks.slice(0, LEVELS) }
      const venue = await client.fetchOrderBook(SYMBOL, LEVELS)
      requireSound(venue)
      if (venue.nonce !== nonce) continue
      expect(local.bids.map(([price, qty]) => [price, qty])).toEqual(venue.bids)
      expect(local.asks.map(([price, qty]) => [price, qty])).toEqual(venue.asks)
      compared++
    }
  })

  it('show the top of the book', async () => {
    const top = (await client.watchBidsAsks([SYMBOL]))[SYMBOL]
    expect(top?.bid).toBeLessThan(top!.ask)
  })

  it('show trades in order, the same as REST tells them', async () => {
    const seen = await collect(
      () => client.watchTrades(SYMBOL),
      (trades) => trades.length >= TRADES,
    )
    const told = await client.fetchTrades(SYMBOL, undefined, 1_000, {
      fetchTradesMethod: 'publicGetTrades',
    })
    const essence = ({ id, price, amount, side, timestamp }: (typeof seen)[number]) => ({
      id,
      price,
      amount,
      side,
      timestamp,
    })
    expect(told.map(essence)).toEqual(expect.arrayContaining(seen.map(essence)))
  })

  it('show the day’s ticker', async () => {
    const ticker = await client.watchTicker(SYMBOL, { name: 'ticker' })
    expect(ticker.symbol).toBe(SYMBOL)
    expect(ticker.bid).toBeLessThan(ticker.ask)
    expect(ticker.baseVolume).toBeGreaterThan(0)
  })

  it('show the day’s small ticker', async () => {
    const ticker = await client.watchTicker(SYMBOL, { name: 'miniTicker' })
    expect(ticker.low).toBeLessThanOrEqual(ticker.last)
    expect(ticker.last).toBeLessThanOrEqual(ticker.high)
    expect(ticker.baseVolume).toBeGreaterThan(0)
  })

  it('show the open candle', async () => {
    const [candle] = await client.watchOHLCV(SYMBOL, '1m')
    const [openTime, , high, low, , volume] = candle!
    expect(openTime % 60_000).toBe(0)
    expect(low).toBeLessThanOrEqual(high)
    expect(volume).toBeGreaterThan(0)
  })
})
