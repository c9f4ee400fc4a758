import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Side, US_PER_MS, US_PER_S } from '#core/units.ts'
import { captureInstrument, CaptureMarket, type CaptureMarketOptions } from '#sim/capture-market.ts'
import { readCapture, type Capture, type CaptureDiff } from '#sim/capture-reader.ts'
import { Exchange } from '#sim/exchange.ts'
import { bookText, BTC, requestOf, RICH, Tape } from './exchange-kit.ts'
import { RepricingOrder } from './repricing-order.ts'

const SMALL_FILE = new URL('../fixtures/captures/binance-spot-small.jsonl', import.meta.url)
const SMALL = readCapture(readFileSync(SMALL_FILE, 'utf8').split('\n'))
/** When recordings start; orders placed at 0 are there before the first event. */
const OPEN_US = US_PER_S
const END_US = 600 * US_PER_S
const ASSETS = { baseAsset: 'BTC', quoteAsset: 'USDT' }

interface Played {
  readonly exchange: Exchange
  readonly source: CaptureMarket
  readonly tape: Tape
}

function play(capture: Capture, options: Partial<CaptureMarketOptions> = {}): Played {
  const instrument = captureInstrument(capture, { ...ASSETS, tick: '0.01', lot: '0.00001' })
  const source = new CaptureMarket(instrument, capture, { startUs: OPEN_US, ...options })
  const markets = [{ instrument, source }]
  const exchange = new Exchange({ markets, balances: { ann: RICH }, startUs: 0 })
  const tape = new Tape()
  exchange.attach(tape)
  return { exchange, source, tape }
}

/** A recording as a script: times in ms, ids counted from the snapshot's 10. */
class Script {
  readonly #lines = [
    '1 {"lastUpdateId":10,"bids":[["100.00","1"],["99.99","2"]],"asks":[["100.02","1"]]}',
  ]
  #id = 10

  diff(ms: number, bids: string[][], asks: string[][] = []): this {
    const [U, u] = [this.#id + 1, this.#id + 2]
    this.#id = u
    return this.#push({ e: 'depthUpdate', E: ms, s: 'BTCUSDT', U, u, b: bids, a: asks })
  }

  /** `idsAhead` makes a ticker that overtakes the next diff. */
  ticker(bid: [string, string], ask: [string, string], idsAhead = 0): this {
    const u = this.#id + idsAhead
    return this.#push({ u, s: 'BTCUSDT', b: bid[0], B: bid[1], a: ask[0], A: ask[1] })
  }

  trade(ms: number, aggressor: Side, p: string, q: string): this {
    return this.#push({ e: 'trade', E: ms, s: 'BTCUSDT', t: ms, p, q, m: aggressor === Side.Sell })
  }

  #push(message: object): this {
    this.#lines.push(`${this.#lines.length + 1} ${JSON.stringify(message)}`)
    return this
  }

  read(): Capture {
    return readCapture(this.#lines)
  }
}

describe('the small capture is a recording that holds together', () => {
  test('three diffs before the snapshot, two of them dropped, no gap', () => {
    const snapshotAt = SMALL.events.findIndex((event) => event.kind === 'snapshot')
    const before = SMALL.events.slice(0, snapshotAt).filter((event) => event.kind === 'diff')
    expect(before).toHaveLength(3)
    const { exchange, source } = play(SMALL)
    exchange.advanceTo(END_US)
    const diffs = SMALL.events.filter((event) => event.kind === 'diff')
    expect(source.progress()).toEqual({
      dropped: 2,
      applied: diffs.length - 2,
      gaps: 0,
      recordedUpdateId: diffs.at(-1)?.lastUpdateId,
      isOver: true,
    })
  })

  test('its ids are contiguous: U is the previous u plus one', () => {
    const diffs = SMALL.events.filter((event): event is CaptureDiff => event.kind === 'diff')
    for (const [index, diff] of diffs.entries()) {
      const previous = diffs[index - 1]
      if (previous !== undefined) expect(diff.firstUpdateId).toBe(previous.lastUpdateId + 1)
    }
  })

  test('a book of snapshot and diffs alone has the top of every bookTicker at its id', () => {
    const book = new PlainBook(SMALL)
    let shared = 0
    for (const diff of SMALL.events) {
      if (diff.kind !== 'diff' || diff.lastUpdateId <= book.updateId) continue
      book.apply(diff)
      for (const ticker of SMALL.events) {
        if (ticker.kind !== 'ticker' || ticker.updateId !== diff.lastUpdateId) continue
        shared++
        expect(book.top()).toEqual([ticker.bid, ticker.ask])
      }
    }
    expect(shared).toBeGreaterThanOrEqual(5)
  })

  test('a trade prints at a price that was the touch of its side', () => {
    const tickers = SMALL.events.filter((event) => event.kind === 'ticker')
    const seen = new Set(tickers.flatMap((event) => [event.bid[0], event.ask[0]]))
    for (const [price] of new PlainBook(SMALL).top() ?? []) seen.add(price)
    for (const event of SMALL.events)
      if (event.kind === 'trade') expect(seen).toContain(event.price)
  })
})

describe('the clock of a recording', () => {
  const capture = new Script()
    .trade(1_000, Side.Buy, '100.02', '0.1')
    .trade(1_500, Side.Buy, '100.02', '0.1')
    .read()

  test.each([
    [1, [0, 500]],
    [2, [0, 250]],
    [0.5, [0, 1_000]],
  ])('at speed %d', (speed, expectedMs) => {
    const { exchange, tape } = play(capture, { startUs: 7 * US_PER_S, speed })
    const times: number[] = []
    while (exchange.nextEventUs() < Infinity) {
      const nextUs = exchange.nextEventUs()
      exchange.advanceTo(nextUs)
      if (tape.take('trade').length > 0) times.push((nextUs - 7 * US_PER_S) / US_PER_MS)
    }
    expect(times).toEqual(expectedMs)
  })

  test.each([0, -1, Number.NaN, 1_001])('a speed of %d is refused', (speed) => {
    expect(() => play(capture, { speed })).toThrow(/capture speed/)
  })
})

describe('the book of a recording', () => {
  test('opens bridged and stands still after the last event', () => {
    const { exchange } = play(SMALL)
    const opening = bookText(exchange)
    expect(opening.length).toBeGreaterThan(35)
    exchange.advanceTo(END_US)
    const last = bookText(exchange)
    expect(exchange.nextEventUs()).toBe(Infinity)
    exchange.advanceTo(2 * END_US)
    expect(bookText(exchange)).toEqual(last)
    expect(last).not.toEqual(opening)
  })

  test('is never crossed, and its public chain has no gap, with our orders in it', () => {
    const { exchange, tape } = play(SMALL)
    let updateId = exchange.depth(BTC.symbol, 1).lastUpdateId
    exchange.place(requestOf('ann sell 64500.20 0.5', 'c1'), 0)
    exchange.place(requestOf('ann buy 64500.30 0.7', 'c2'), 3 * US_PER_S)
    while (exchange.nextEventUs() < Infinity) {
      exchange.advanceTo(exchange.nextEventUs())
      const { bids, asks } = exchange.depth(BTC.symbol, 1)
      expect(bids[0]?.[0]).toBeLessThan(asks[0]?.[0] ?? 0)
    }
    for (const line of tape.take('level')) {
      updateId++
      expect(line.endsWith(` u${updateId}`)).toBe(true)
    }
  })

  test('a bookTicker that overtook a diff is not undone by it', () => {
    const capture = new Script()
      .ticker(['99.99', '2'], ['100.00', '3'], 5)
      .diff(2_000, [['100.00', '0.4']], [['100.02', '0.9']])
      .read()
    const { exchange } = play(capture)
    exchange.advanceTo(END_US)
    expect(bookText(exchange)).toEqual(['sell 100.02 0.9', 'sell 100 3', 'buy 99.99 2'])
  })

  test('quantities finer than the lot are shown in whole lots', () => {
    const capture = new Script().diff(2_000, [['99.98', '1.123456']]).read()
    const { exchange } = play(capture)
    exchange.advanceTo(END_US)
    expect(bookText(exchange)).toContain('buy 99.98 1.12345')
  })

  test('a missed diff is counted and the book goes on', () => {
    const broken = new Script().diff(1_000, []).diff(1_100, []).diff(1_200, []).read()
    const events = broken.events.filter((_, index) => index !== 2)
    const { exchange, source } = play({ ...broken, events })
    exchange.advanceTo(END_US)
    expect(source.progress()).toMatchObject({ applied: 2, gaps: 1 })
  })

  test('a later snapshot replaces what is there', () => {
    const first = new Script().diff(1_000, [])
    const events = first.read().events
    const later = readCapture([
      '9 {"lastUpdateId":99,"bids":[["90.00","1"]],"asks":[["110.00","1"]]}',
    ]).events
    const moved = later.map((event) => ({ ...event, line: 9, eventUs: 1_000_000 }))
    const { exchange } = play({ ...first.read(), events: [...events, ...moved] })
    exchange.advanceTo(END_US)
    expect(bookText(exchange)).toEqual(['sell 110 1', 'buy 90 1'])
  })
})

describe('our orders in a recording', () => {
  test('wait behind the displayed size and fill by recorded trades at their price', () => {
    const capture = new Script()
      .trade(1_000, Side.Sell, '100.00', '0.9')
      .trade(1_100, Side.Sell, '100.00', '0.3')
      .read()
    const { exchange, tape } = play(capture)
    exchange.place(requestOf('ann buy 100.00 0.5', 'c1'), 0)
    exchange.advanceTo(END_US)
    expect(tape.take('fill')).toEqual(['fill c1 0.2@100 #2 maker partially_filled'])
  })

  test('fill at their own price when a trade goes through it', () => {
    const { exchange, tape } = play(new Script().trade(1_000, Side.Sell, '99.50', '0.3').read())
    exchange.place(requestOf('ann buy 100.01 0.5', 'c1'), 0)
    exchange.advanceTo(END_US)
    expect(tape.take('fill')).toEqual(['fill c1 0.3@100.01 #1 maker partially_filled'])
  })

  test('that come after a trade get nothing of it', () => {
    const { exchange, tape } = play(new Script().trade(1_000, Side.Sell, '99.50', '0.3').read())
    exchange.place(requestOf('ann buy 100.01 0.5', 'c1'), OPEN_US)
    exchange.advanceTo(END_US)
    expect(tape.take('fill')).toEqual([])
  })

  test('move once when the recording shows the quantity gone before the trade', () => {
    const capture = new Script()
      .diff(1_000, [])
      .ticker(['100.00', '0.4'], ['100.02', '1'], 2)
      .trade(1_010, Side.Sell, '100.00', '0.6')
      .trade(1_020, Side.Sell, '100.00', '0.5')
      .read()
    const { exchange, tape } = play(capture)
    exchange.place(requestOf('ann buy 100.00 0.5', 'c1'), 0)
    exchange.advanceTo(END_US)
    // 1.0 stood before us, 1.1 traded: a tenth is ours, not seven tenths.
    expect(tape.take('fill')).toEqual(['fill c1 0.1@100 #2 maker partially_filled'])
  })

  test('get what a recorded trade took from behind them', () => {
    const capture = new Script()
      .diff(1_000, [['100.00', '3']])
      .diff(1_100, [['100.00', '1.5']])
      .trade(1_110, Side.Sell, '100.00', '1.5')
      .read()
    const { exchange, tape } = play(capture)
    exchange.place(requestOf('ann buy 100.00 0.7', 'c1'), 0)
    exchange.advanceTo(END_US)
    // 1.0 stood before us when we came, 2.0 joined behind: 0.5 of the 1.5 are ours.
    expect(tape.take('fill')).toEqual(['fill c1 0.5@100 #1 maker partially_filled'])
  })

  test.each([Side.Buy, Side.Sell])(
    '%i: an iceberg of 0.8 ends within the small capture',
    (side) => {
      const { exchange, source } = play(SMALL, { startUs: 0 })
      expect(new RepricingOrder(exchange, side, '0.8').run()).toBeLessThan(10)
      expect(source.progress().isOver).toBe(false)
    },
  )

  test('crossing ones take displayed liquidity', () => {
    const { exchange, tape } = play(new Script().diff(1_000, []).read())
    exchange.place(requestOf('ann sell 99.99 2 ioc', 'c1'), 0)
    expect(tape.take('fill')).toEqual([
      'fill c1 1@100 #1 taker partially_filled',
      'fill c1 1@99.99 #2 taker filled',
    ])
  })
})

describe('the listing of a recording', () => {
  test('has inferred steps, or those given', () => {
    expect(captureInstrument(SMALL, ASSETS)).toMatchObject({
      symbol: 'BTC/USDT',
      venueSymbol: 'BTCUSDT',
      priceScale: 2,
      qtyScale: 5,
      tickUnits: 1,
      lotUnits: 1,
    })
    const given = captureInstrument(SMALL, { ...ASSETS, tick: '0.005', lot: '0.0001' })
    expect(given).toMatchObject({ priceScale: 3, tickUnits: 5, qtyScale: 4, lotUnits: 1 })
  })

  test.each([
    ['0.1', /capture line \d+: price [\d.]+ is off the tick 0.1; give the tick/],
    ['0', /must be above zero/],
    ['x', /"x" is not a plain decimal/],
  ])('a tick of %s is refused', (tick, message) => {
    expect(() => captureInstrument(SMALL, { ...ASSETS, tick })).toThrow(message)
  })
})

/** Rebuilds a book from the recording's texts, without any code under test. */
class PlainBook {
  readonly #bids = new Map<string, string>()
  readonly #asks = new Map<string, string>()
  updateId = 0

  constructor(capture: Capture) {
    for (const event of capture.events) {
      if (event.kind !== 'snapshot') continue
      this.updateId = event.lastUpdateId
      for (const [price, qty] of event.bids) this.#bids.set(price, qty)
      for (const [price, qty] of event.asks) this.#asks.set(price, qty)
    }
  }

  apply(diff: CaptureDiff): void {
    this.updateId = diff.lastUpdateId
    for (const [price, qty] of diff.bids) this.#set(this.#bids, price, qty)
    for (const [price, qty] of diff.asks) this.#set(this.#asks, price, qty)
  }

  top(): [[string, string], [string, string]] | undefined {
    const bid = [...this.#bids].toSorted((a, b) => Number(b[0]) - Number(a[0]))[0]
    const ask = [...this.#asks].toSorted((a, b) => Number(a[0]) - Number(b[0]))[0]
    return bid === undefined || ask === undefined ? undefined : [bid, ask]
  }

  #set(side: Map<string, string>, price: string, qty: string): void {
    if (Number(qty) === 0) side.delete(price)
    else side.set(price, qty)
  }
}
