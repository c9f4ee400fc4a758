// Trades as the venue sums them up: aggregates, candles and 24-hour tickers, over REST and streams.
import { beforeEach, describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { FrontRig, START_US, list, text } from './front-rig.ts'
import type { Json, RecordingConnection } from './front-rig.ts'

const START_MS = START_US / 1_000
/** START_US stands 20 s into its minute. */
const MINUTE_MS = START_MS - 20_000

let rig: FrontRig
beforeEach(() => {
  rig = new FrontRig()
  takeAt(100, Side.Buy, 4_325_100, 10_000)
  takeAt(200, Side.Sell, 4_325_000, 20_000)
  takeAt(41_000, Side.Buy, 4_325_100, 5_000)
})

/** The trade happens once venue time gets there. */
function takeAt(ms: number, side: Side, limit: number, qty: number): void {
  const atUs = START_US + ms * 1_000
  rig.market.at(atUs, (desk) => desk.take(side, limit, qty, atUs))
}

const get = (target: string): readonly Json[] => list(rig.request('GET', target).body)
const events = (connection: RecordingConnection, kind: string): readonly Json[] =>
  connection.take().filter((event) => text(event['e']) === kind)

describe('trades', () => {
  it('are aggregates of their own', () => {
    rig.advanceMs(300)
    const all = get('/api/v3/aggTrades?symbol=BTCUSDT')
    expect(all).toHaveLength(2)
    expect(all[1]).toEqual({
      a: 2,
      p: '43250.00000000',
      q: '0.20000000',
      f: 2,
      l: 2,
      T: START_MS + 200,
      m: true,
      M: true,
    })
  })

  it.each([
    ['fromId=2', [2, 3]],
    ['fromId=1&limit=1', [1]],
    ['limit=1', [3]],
    [`startTime=${START_MS + 200}`, [2, 3]],
    [`endTime=${START_MS + 200}`, [1, 2]],
  ])('are found by %s', (query, ids) => {
    rig.advanceMs(42_000)
    const rows = get(`/api/v3/aggTrades?symbol=BTCUSDT&${query}`)
    expect(rows.map((row) => row['a'])).toEqual(ids)
  })

  it('of the past begin at an id', () => {
    rig.advanceMs(42_000)
    const rows = get('/api/v3/historicalTrades?symbol=BTCUSDT&fromId=3')
    expect(rows).toMatchObject([{ id: 3, qty: '0.05000000' }])
  })

  it('cannot be searched by id and time at once', () => {
    const { body } = rig.request('GET', '/api/v3/aggTrades?symbol=BTCUSDT&fromId=1&startTime=1')
    expect(body['code']).toBe(-1128)
  })
})

describe('candles', () => {
  it.each([
    ['1s', [START_MS, START_MS + 41_000], [2, 1]],
    ['1m', [MINUTE_MS, MINUTE_MS + 60_000], [2, 1]],
    ['1w', [Date.UTC(2023, 10, 13)], [3]],
    ['1M', [Date.UTC(2023, 10, 1)], [3]],
  ])('of %s', (interval, openTimes, counts) => {
    rig.advanceMs(42_000)
    const rows = get(`/api/v3/klines?symbol=BTCUSDT&interval=${interval}`)
    expect(rows.map((row) => row[0])).toEqual(openTimes)
    expect(rows.map((row) => row[8])).toEqual(counts)
  })

  it('stream while they are open and once when they have ended', () => {
    const connection = rig.connect('/ws/btcusdt@kline_1m')
    rig.advanceMs(1_000)
    const [open] = events(connection, 'kline')
    expect(open).toMatchObject({
      s: 'BTCUSDT',
      k: {
        t: MINUTE_MS,
        T: MINUTE_MS + 59_999,
        i: '1m',
        f: 1,
        L: 2,
        o: '43251.00000000',
        c: '43250.00000000',
        n: 2,
        v: '0.30000000',
        V: '0.10000000',
        x: false,
      },
    })
    rig.advanceMs(42_000)
    const told = events(connection, 'kline').map((event) => event['k']!)
    expect(told.map((candle) => [candle['t'], candle['x']])).toEqual([
      [MINUTE_MS, true],
      [MINUTE_MS + 60_000, false],
    ])
  })
})

describe('the day’s ticker', () => {
  const DAY = {
    openPrice: '43251.00000000',
    lastPrice: '43250.00000000',
    lastQty: '0.20000000',
    highPrice: '43251.00000000',
    lowPrice: '43250.00000000',
    priceChange: '-1.00000000',
    weightedAvgPrice: '43250.33333333',
    volume: '0.30000000',
    firstId: 1,
    lastId: 2,
    count: 2,
  }

  it('is told on request', () => {
    rig.advanceMs(300)
    const { body } = rig.request('GET', '/api/v3/ticker/24hr?symbol=BTCUSDT')
    expect(body).toMatchObject(DAY)
  })

  it('knows of no trade before the first one', () => {
    const { body } = rig.request('GET', '/api/v3/ticker/24hr?symbol=BTCUSDT')
    expect(body).toMatchObject({ count: 0, firstId: -1, weightedAvgPrice: '0.00000000' })
  })

  it('streams once a second', () => {
    const connection = rig.connect('/ws/btcusdt@ticker/btcusdt@miniTicker')
    rig.advanceMs(1_000)
    const told = connection.take()
    expect(told).toMatchObject([
      {
        e: '24hrTicker',
        s: 'BTCUSDT',
        o: DAY.openPrice,
        c: DAY.lastPrice,
        p: DAY.priceChange,
        w: DAY.weightedAvgPrice,
        b: '43250.00000000',
        a: '43251.00000000',
        F: 1,
        L: 2,
        n: 2,
      },
      { e: '24hrMiniTicker', s: 'BTCUSDT', h: DAY.highPrice, l: DAY.lowPrice, v: DAY.volume },
    ])
  })
})
