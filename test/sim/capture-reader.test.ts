import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Side } from '#core/units.ts'
import { inferSteps, readCapture, snapshotOf } from '#sim/capture-reader.ts'

const SMALL = new URL('../fixtures/captures/binance-spot-small.jsonl', import.meta.url)

const DIFF =
  '10 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":2000,"s":"BTCUSDT","U":5,' +
  '"u":7,"b":[["100.50","0"]],"a":[["101.00","2.5"]]}}'
const TICKER =
  '11 {"stream":"btcusdt@bookTicker","data":{"u":8,"s":"BTCUSDT","b":"100.00","B":"1",' +
  '"a":"101.00","A":"2"}}'
const TRADE =
  '12 {"e":"trade","E":1990,"s":"BTCUSDT","t":3,"p":"101.00","q":"0.5","T":1989,"m":false,"M":true}'
const SNAPSHOT = '13 {"lastUpdateId":6,"bids":[["100.00","1.20"]],"asks":[["101.00","2.00"]]}'

describe('a line becomes an event', () => {
  test('of each kind, with texts kept as written', () => {
    const capture = readCapture([DIFF, TICKER, TRADE, SNAPSHOT])
    expect(capture).toMatchObject({ venueSymbol: 'BTCUSDT', skipped: 0, firstEventUs: 2_000_000 })
    expect(capture.events).toEqual([
      {
        kind: 'diff',
        eventUs: 2_000_000,
        line: 1,
        firstUpdateId: 5,
        lastUpdateId: 7,
        previousUpdateId: undefined,
        bids: [['100.50', '0']],
        asks: [['101.00', '2.5']],
      },
      {
        kind: 'ticker',
        eventUs: 2_000_000,
        line: 2,
        updateId: 8,
        bid: ['100.00', '1'],
        ask: ['101.00', '2'],
      },
      {
        kind: 'trade',
        // Time never runs back, although this event was stamped before the diff.
        eventUs: 2_000_000,
        line: 3,
        tradeId: 3,
        price: '101.00',
        qty: '0.5',
        aggressor: Side.Buy,
      },
      {
        kind: 'snapshot',
        eventUs: 2_000_000,
        line: 4,
        lastUpdateId: 6,
        bids: [['100.00', '1.20']],
        asks: [['101.00', '2.00']],
      },
    ])
  })

  test('before any event time happens at the first one', () => {
    const { events } = readCapture([TICKER, DIFF])
    expect(events.map((event) => event.eventUs)).toEqual([2_000_000, 2_000_000])
  })

  test('times of 16 digits are microseconds', () => {
    const line = DIFF.replace('"E":2000', '"E":1767225600100123')
    expect(readCapture([line]).firstEventUs).toBe(1_767_225_600_100_123)
  })

  test('USD-M diffs keep their pu, aggTrades their a', () => {
    const usdm = DIFF.replace('"U":5', '"pu":4,"U":5')
    const trade = TRADE.replace('"trade"', '"aggTrade"').replace('"t":3', '"a":9')
    const { events } = readCapture([usdm, trade])
    expect(events).toMatchObject([{ previousUpdateId: 4 }, { tradeId: 9 }])
  })

  test('receive stamps may be absent', () => {
    const bare = [DIFF, TICKER, TRADE, SNAPSHOT].map((line) => `${line.slice(3)}\r`)
    expect(readCapture(bare)).toEqual(readCapture([DIFF, TICKER, TRADE, SNAPSHOT]))
  })

  test('empty lines pass, other symbols and events are counted', () => {
    const other = TICKER.replace('BTCUSDT', 'ETHUSDT')
    const ack = '14 {"result":null,"id":7}'
    expect(readCapture(['', DIFF, other, ack, ''])).toMatchObject({ skipped: 2 })
    const chosen = readCapture([DIFF, other], 'ETHUSDT')
    expect(chosen).toMatchObject({ skipped: 1, venueSymbol: 'ETHUSDT' })
  })
})

describe('what cannot be read is refused by its line', () => {
  test.each([
    ['prose', 'a market day', 'is not "<receive ns> <JSON object>"'],
    ['torn JSON', SNAPSHOT.slice(0, 40), 'holds no valid JSON'],
    ['a bare number', '10 5', 'is not "<receive ns> <JSON object>"'],
    ['an envelope of nothing', '10 {"stream":"x","data":5}', 'holds no JSON object'],
    ['no update id', DIFF.replace('"U":5,', ''), 'lacks a whole number in "U"'],
    ['an id of text', TICKER.replace('"u":8', '"u":"8"'), ''],
    ['ids backwards', DIFF.replace('"U":5', '"U":9'), 'holds a diff whose u is below its U'],
    ['no list', SNAPSHOT.replace('"asks"', '"asked"'), 'lacks the list "asks"'],
    [
      'a price that is no number',
      TRADE.replace('"101.00"', '"1e2"'),
      'holds a price or quantity that is not decimal text',
    ],
    [
      'a bare number as quantity',
      TRADE.replace('"0.5"', '0.5'),
      'holds a price or quantity that is not decimal text',
    ],
    [
      'a row of one',
      SNAPSHOT.replace('["100.00","1.20"]', '["100.00"]'),
      'holds a price or quantity that is not decimal text',
    ],
  ])('%s', (_what, line, message) => {
    expect(() => readCapture([DIFF, line])).toThrow(`capture line 2 ${message}`)
  })

  test('a recording without a snapshot', () => {
    expect(() => snapshotOf(readCapture([DIFF]))).toThrow(/holds no depth snapshot/)
  })
})

const snapshot = (prices: string[], qtys: string[]): string => {
  const rows = prices.map((price, index) => [price, qtys[index]])
  return `1 ${JSON.stringify({ lastUpdateId: 1, bids: rows, asks: [] })}`
}

describe('steps are the greatest common divisors of the snapshot', () => {
  test.each([
    [['100.00000000', '100.05000000', '99.90000000'], ['1.5', '0.75', '3'], '0.05', '0.75'],
    [['61837.63', '61837.62'], ['3.78826000', '0.617'], '0.01', '0.00002'],
    [['61837.1', '61836.9'], ['3.788', '0.617'], '0.1', '0.001'],
    [['100', '250'], ['1000', '3000'], '50', '1000'],
  ])('%j and %j', (prices, qtys, tick, lot) => {
    expect(inferSteps(readCapture([snapshot(prices, qtys)]))).toMatchObject({ tick, lot })
  })

  test('units and scale belong together', () => {
    const capture = readCapture([snapshot(['100.00', '100.05'], ['1', '3'])])
    expect(inferSteps(capture)).toMatchObject({
      priceScale: 2,
      tickUnits: 5,
      qtyScale: 0,
      lotUnits: 1,
    })
  })
})

test('the small capture reads whole and has the steps of its venue', () => {
  const capture = readCapture(readFileSync(SMALL, 'utf8').split('\n'))
  expect(capture).toMatchObject({ venueSymbol: 'BTCUSDT', skipped: 0 })
  expect(inferSteps(capture)).toMatchObject({ tick: '0.01', lot: '0.00001' })
})
