import { beforeEach, describe, expect, it } from 'vitest'
import { BookCache } from '#book/book-cache.ts'
import { binanceSpotSyncRule } from '#book/sync-rule.ts'
import { DirtySet } from '#core/dirty-set.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, priceUnits, Side, type MonoNs } from '#core/units.ts'
import { InstrumentStatus, type Instrument } from '#market/instrument.ts'
import { at, depth, drawn, of, priceText } from './book-text.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const INSTRUMENT: Instrument = { ...BTC_USDT, index: 2, market: 'binance_spot', qtyScale: 1 }
const BTC = INSTRUMENT.index
const AGE_MAX_NS = 5 * NS_PER_S
const seconds = (s: number): MonoNs => monoNs(s * NS_PER_S)

let cache: BookCache
let dirty: DirtySet
let notices: string[]

beforeEach(() => {
  dirty = new DirtySet(8)
  notices = []
  const notice = (_level: string, code: string): void => void notices.push(code)
  cache = new BookCache({ dirty, timers: new TimerWheel(16), notices: { notice } })
  cache.subscribe(INSTRUMENT, { requestSnapshot: () => {} }, binanceSpotSyncRule)
})

function diff(first: number, last: number, drawnDiff: string, nowNs: MonoNs): void {
  const update = depth(drawnDiff)
  update.firstUpdateId = first
  update.lastUpdateId = last
  cache.onDepthDiff(BTC, update, nowNs)
}

function goLive(nowNs: MonoNs): void {
  diff(1, 10, '', nowNs)
  const snapshot = depth('100.02 3\n100.01 2\n---\n100.00 1\n99.99 5')
  snapshot.lastUpdateId = 10
  cache.onDepthSnapshot(BTC, snapshot, nowNs)
}

function ticker(id: number, bid: string, ask: string, nowNs: MonoNs): void {
  cache.onTicker(BTC, id, at(bid), of('1'), at(ask), of('1'), nowNs)
}

function trade(id: number, price: string, nowNs: MonoNs): void {
  cache.onTrade(BTC, id, at(price), of('1'), Side.Buy, 0, nowNs)
}

function takeDirty(): number[] {
  const taken: number[] = []
  while (dirty.count > 0) taken.push(dirty.take())
  return taken
}

const top = (): string =>
  [Side.Buy, Side.Sell].map((side) => priceText(cache.book(BTC).bestPrice(side))).join(' / ')

describe('what a change marks dirty', () => {
  it.each<[string, () => void, number[]]>([
    ['a diff', () => diff(11, 11, '---\n100 4', seconds(1)), [BTC]],
    ['a repeated diff', () => diff(9, 10, '---\n100 4', seconds(1)), []],
    ['a gap', () => diff(15, 16, '---\n100 4', seconds(1)), [BTC]],
    ['a newer ticker', () => ticker(12, '100.00', '100.02', seconds(1)), [BTC]],
    ['a trade at a new price', () => trade(1, '100.01', seconds(1)), [BTC]],
    ['a pong', () => cache.onProofOfLife(BTC, seconds(1)), []],
    ['a lost feed', () => cache.onFeedLost(BTC, seconds(1)), [BTC]],
  ])('%s', (_name, change, expected) => {
    goLive(seconds(0))
    takeDirty()
    change()
    expect(takeDirty()).toEqual(expected)
  })

  it('ignores what was never subscribed', () => {
    const update = depth('101 1\n---')
    cache.onDepthDiff(5, update, seconds(0))
    cache.onDepthSnapshot(5, update, seconds(0))
    cache.onTicker(5, 1, at('1'), of('1'), at('2'), of('1'), seconds(0))
    cache.onTrade(5, 1, at('1'), of('1'), Side.Buy, 0, seconds(0))
    cache.onProofOfLife(5, seconds(0))
    cache.onFeedLost(5, seconds(0))
    expect([cache.has(5), dirty.count]).toEqual([false, 0])
    expect(() => cache.book(5)).toThrow('subscribe the instrument')
  })
})

describe('the top', () => {
  it('is the newer of ticker and depth', () => {
    goLive(seconds(0))
    ticker(9, '100.50', '100.60', seconds(0))
    expect(top()).toBe('100 / 100.01')
    ticker(12, '100.00', '100.02', seconds(0))
    expect(top()).toBe('100 / 100.02')
    ticker(11, '99.00', '99.50', seconds(0))
    expect(top()).toBe('100 / 100.02')
    diff(11, 14, '100.01 0\n100.02 0\n100.03 7\n---', seconds(0))
    expect(top()).toBe('100 / 100.03')
  })

  it('hides depth that a newer ticker has overtaken', () => {
    goLive(seconds(0))
    ticker(12, '99.99', '100.02', seconds(0))
    const book = cache.book(BTC)
    expect(book.qtyAt(Side.Buy, at('100.00'))).toBe(0)
    expect(book.qtyAt(Side.Buy, at('99.99'))).toBe(of('1'))
    expect(book.qtyAt(Side.Sell, at('100.01'))).toBe(0)
  })

  it('follows the ticker while the depth is gone, whatever its ids', () => {
    goLive(seconds(0))
    cache.onFeedLost(BTC, seconds(1))
    ticker(3, '98.00', '98.01', seconds(2))
    expect(top()).toBe('98 / 98.01')
  })

  it.each([
    ['crossed', '100.02', '100.01'],
    ['locked', '100.02', '100.02'],
  ])('refuses a %s ticker', (_name, bid, ask) => {
    goLive(seconds(0))
    ticker(12, bid, ask, seconds(0))
    expect([top(), cache.refusedTickers]).toEqual(['100 / 100.01', 1])
  })

  it('refuses a ticker of no numbers, and takes an empty side', () => {
    goLive(seconds(0))
    const nan = priceUnits(Number.NaN)
    cache.onTicker(BTC, 12, nan, of('1'), at('101'), of('1'), seconds(0))
    expect(cache.refusedTickers).toBe(1)
    cache.onTicker(BTC, 13, priceUnits(0), of('0'), at('101'), of('1'), seconds(0))
    expect(top()).toBe('- / 101')
    expect(cache.isTradable(BTC, seconds(0), AGE_MAX_NS)).toBe(false)
  })
})

describe('whether a book may be traded on (H14)', () => {
  it('not before it is live, nor after a gap or a lost feed', () => {
    expect(cache.isTradable(BTC, seconds(0), AGE_MAX_NS)).toBe(false)
    goLive(seconds(0))
    expect(cache.isTradable(BTC, seconds(0), AGE_MAX_NS)).toBe(true)
    diff(20, 20, '', seconds(0))
    expect(cache.isTradable(BTC, seconds(0), AGE_MAX_NS)).toBe(false)
    expect(notices).toEqual(['book_live', 'book_gap'])
  })

  it('a quiet market is not stale: pongs prove it', () => {
    goLive(seconds(0))
    expect(cache.isTradable(BTC, seconds(5), AGE_MAX_NS)).toBe(true)
    expect(cache.isTradable(BTC, monoNs(5 * NS_PER_S + 1), AGE_MAX_NS)).toBe(false)
    cache.onProofOfLife(BTC, seconds(6))
    expect(cache.isTradable(BTC, seconds(10), AGE_MAX_NS)).toBe(true)
  })

  it('a depth stream that the ticker has overtaken is proven by its next diff only', () => {
    goLive(seconds(0))
    ticker(30, '100.00', '100.01', seconds(3))
    cache.onProofOfLife(BTC, seconds(4))
    expect(cache.isTradable(BTC, seconds(6), AGE_MAX_NS)).toBe(false)
    diff(11, 30, '', seconds(6))
    expect(cache.isTradable(BTC, seconds(6), AGE_MAX_NS)).toBe(true)
  })
})

describe('how far a market has left its last proven top (H14)', () => {
  it.each<[string, () => void, number]>([
    ['nothing heard', () => {}, 0],
    ['the ticker moved up', () => ticker(40, '100.03', '100.04', seconds(2)), 3],
    ['one side of the ticker moved', () => ticker(40, '99.96', '100.01', seconds(2)), 4],
    ['a trade at the touch', () => trade(1, '100.01', seconds(2)), 0],
    ['a trade below the bid', () => trade(1, '99.95', seconds(2)), 5],
    ['a trade above the ask', () => trade(1, '100.03', seconds(2)), 2],
  ])('%s', (_name, change, ticks) => {
    goLive(seconds(0))
    diff(20, 20, '', seconds(1))
    change()
    expect(cache.movedTicks(BTC)).toBe(ticks)
  })

  it('is nothing before a book was ever right', () => {
    trade(1, '100.01', seconds(2))
    expect(cache.movedTicks(BTC)).toBe(0)
  })
})

describe('subscribing again', () => {
  it('keeps the book when the listing only changed its status', () => {
    goLive(seconds(0))
    const halted = { ...INSTRUMENT, status: InstrumentStatus.Halted }
    const book = cache.subscribe(halted, { requestSnapshot: () => {} }, binanceSpotSyncRule)
    expect(book).toBe(cache.book(BTC))
    expect(drawn(book)).toHaveLength(5)
  })

  it('rebuilds the same book, stale and empty, when the scale changed', () => {
    goLive(seconds(0))
    const finer = { ...INSTRUMENT, priceScale: 3 }
    const book = cache.subscribe(finer, { requestSnapshot: () => {} }, binanceSpotSyncRule)
    expect(book).toBe(cache.book(BTC))
    expect(drawn(book)).toEqual(['---'])
    expect(cache.isTradable(BTC, seconds(0), AGE_MAX_NS)).toBe(false)
  })
})

describe('trades', () => {
  it('are kept on the tape, newest first, repeats dropped', () => {
    trade(1, '100.00', seconds(0))
    trade(2, '100.01', seconds(0))
    trade(2, '100.02', seconds(0))
    const tape = cache.tape(BTC)
    expect([tape.count, tape.price(0), tape.price(1)]).toEqual([2, at('100.01'), at('100')])
    expect(cache.book(BTC).lastTradePrice).toBe(at('100.01'))
  })
})
