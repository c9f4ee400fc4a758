import { describe, expect, it } from 'vitest'
import { NetTop, netBest } from '#book/net-top.ts'
import { OWN_FADE_NS, OwnDepth } from '#book/own-depth.ts'
import { BookEvent } from '#book/book-state.ts'
import type { OrderBook } from '#book/order-book.ts'
import { monoNs, Side, sideSign, type MonoNs } from '#core/units.ts'
import { at, liveBook, of, priceText, show } from './book-text.ts'

const NOW = monoNs(1_000_000_000)
const later = (ns: number): MonoNs => monoNs(NOW + ns)

const BOOK = `
  100.05  4
  100.03  2
  100.01  1
  ------
  100.00  1
   99.98  2
   99.95  4`

function references(book: OrderBook, own: OwnDepth, nowNs: MonoNs = NOW): string {
  const net = new NetTop()
  net.read(book, own, nowNs)
  return `${priceText(net.bidPrice)} / ${priceText(net.askPrice)}`
}

describe('references net of our own orders', () => {
  it.each<[string, [Side, string, string][], string]>([
    ['nothing ours', [], '100 / 100.01'],
    ['the ask is ours alone', [[Side.Sell, '100.01', '1']], '100 / 100.03'],
    ['others are there too', [[Side.Sell, '100.01', '0.9']], '100 / 100.01'],
    [
      'two of our orders make the level',
      [
        [Side.Sell, '100.01', '0.4'],
        [Side.Sell, '100.01', '0.6'],
      ],
      '100 / 100.03',
    ],
    [
      'two levels are ours',
      [
        [Side.Buy, '100.00', '1'],
        [Side.Buy, '99.98', '2'],
      ],
      '99.95 / 100.01',
    ],
    ['a deeper level of ours hides nothing', [[Side.Buy, '99.98', '2']], '100 / 100.01'],
    ['the other side at the same price', [[Side.Buy, '100.01', '1']], '100 / 100.01'],
    [
      'the whole side is ours: unknown before anything else was seen',
      [
        [Side.Sell, '100.01', '1'],
        [Side.Sell, '100.03', '2'],
        [Side.Sell, '100.05', '4'],
      ],
      '100 / -',
    ],
  ])('%s', (_name, orders, expected) => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    orders.forEach(([side, price, qty], order) => own.set(order, side, at(price), of(qty), NOW))
    expect(references(book, own)).toBe(expected)
  })

  it('near, far and mid are seen from a side; a mid may fall on half a unit', () => {
    const book = liveBook(BOOK)
    const net = new NetTop()
    expect(net.read(book, new OwnDepth(book), NOW)).toBe(true)
    expect([net.near(Side.Buy), net.far(Side.Buy)]).toEqual([at('100.00'), at('100.01')])
    expect([net.near(Side.Sell), net.far(Side.Sell)]).toEqual([at('100.01'), at('100.00')])
    expect(net.midUnits).toBe(10_000.5)
    net.clear()
    expect(net.read(liveBook('---'), new OwnDepth(book), NOW)).toBe(false)
  })

  it('keeps the last reference while nothing else is visible', () => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    const net = new NetTop()
    net.read(book, own, NOW)
    own.set(1, Side.Sell, at('99.99'), of('3'), NOW)
    show(book, '99.99 3\n---\n99.95 4')
    expect(net.read(book, own, NOW)).toBe(true)
    expect(priceText(net.near(Side.Sell))).toBe('100.01')
    expect(priceText(net.near(Side.Buy))).toBe('99.95')
  })

  it('with only a ticker the reference stands while the top is ours alone', () => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    const net = new NetTop()
    book.enter(BookEvent.FeedLost)
    book.forgetUpdateIds()
    book.setTicker(7, at('100.10'), of('5'), at('100.20'), of('5'), NOW)
    net.read(book, own, NOW)
    own.set(1, Side.Sell, at('100.18'), of('1'), NOW)
    book.setTicker(8, at('100.10'), of('5'), at('100.18'), of('1'), NOW)
    net.read(book, own, NOW)
    expect(priceText(net.near(Side.Sell))).toBe('100.2')
    book.setTicker(9, at('100.10'), of('5'), at('100.18'), of('1.1'), NOW)
    net.read(book, own, NOW)
    expect(priceText(net.near(Side.Sell))).toBe('100.18')
  })

  it('looks below a ticker that is newer than the depth', () => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    own.set(1, Side.Sell, at('99.99'), of('1'), NOW)
    book.setTicker(200, at('99.98'), of('2'), at('99.99'), of('1'), NOW)
    expect(references(book, own)).toBe('99.98 / 100.01')
  })

  it('SELL −2 alone at the touch does not chase itself to the bid', () => {
    const book = liveBook('43250.00 5\n---\n43240.00 5')
    const own = new OwnDepth(book)
    const net = new NetTop()
    const sent: string[] = []
    for (let cycle = 0; cycle < 5; cycle++) {
      net.read(book, own, NOW)
      const price = at(priceText(net.near(Side.Sell) - sideSign(Side.Sell) * -2))
      own.set(1, Side.Sell, price, of('0.1'), NOW)
      sent.push(priceText(price))
      show(book, `43250.00 5\n${priceText(price)} 0.1\n---\n43240.00 5`)
    }
    expect(sent).toEqual(Array.from({ length: 5 }, () => '43249.98'))
  })
})

describe('a quantity of ours that the display still shows', () => {
  const shownWithOurs = '100.05 4\n100.01 1\n---\n100.00 1'
  const shownWithout = '100.05 4\n---\n100.00 1'

  function resting(): { book: OrderBook; own: OwnDepth } {
    const book = liveBook(shownWithOurs)
    const own = new OwnDepth(book)
    own.set(7, Side.Sell, at('100.01'), of('1'), NOW)
    return { book, own }
  }

  it('stays ours after the cancel until the display follows', () => {
    const { book, own } = resting()
    own.clear(7, NOW)
    expect(own.count).toBe(0)
    expect(references(book, own)).toBe('100 / 100.05')
    show(book, shownWithout)
    expect(references(book, own)).toBe('100 / 100.05')
    // Somebody else takes the place with another size: visible at once.
    show(book, '100.05 4\n100.01 0.7\n---\n100.00 1')
    expect(references(book, own)).toBe('100 / 100.01')
  })

  it('is somebody else after the fade, when the display never follows', () => {
    const { book, own } = resting()
    own.clear(7, NOW)
    expect(references(book, own, later(OWN_FADE_NS - 1))).toBe('100 / 100.05')
    expect(references(book, own, later(OWN_FADE_NS))).toBe('100 / 100.01')
  })

  it('stays ours after a partial fill and after a move', () => {
    const { book, own } = resting()
    own.set(7, Side.Sell, at('100.01'), of('0.4'), NOW)
    expect(references(book, own)).toBe('100 / 100.05')
    own.set(7, Side.Sell, at('100.03'), of('0.4'), NOW)
    expect(references(book, own)).toBe('100 / 100.05')
  })

  it('hides nobody when the display saw the fill before we did', () => {
    const book = liveBook('100.05 4\n100.01 1.3\n---\n100.00 1')
    const own = new OwnDepth(book)
    own.set(7, Side.Sell, at('100.01'), of('1'), NOW)
    show(book, '100.05 4\n100.01 0.9\n---\n100.00 1')
    own.set(7, Side.Sell, at('100.01'), of('0.6'), NOW)
    expect(references(book, own)).toBe('100 / 100.01')
  })
})

describe('a quantity of ours that the display does not show yet', () => {
  it('is nobody behind: the level is all others until it can hold ours', () => {
    const book = liveBook('100.05 4\n100.01 0.3\n---\n100.00 1')
    const own = new OwnDepth(book)
    own.set(7, Side.Sell, at('100.01'), of('1'), NOW)
    expect(references(book, own)).toBe('100 / 100.01')
    show(book, '100.05 4\n100.01 1.3\n---\n100.00 1')
    expect(references(book, own)).toBe('100 / 100.01')
    show(book, '100.05 4\n100.01 1\n---\n100.00 1')
    expect(references(book, own)).toBe('100 / 100.05')
  })

  it('has been seen and partly filled when the display stays below it', () => {
    const book = liveBook('100.05 4\n100.01 0.3\n---\n100.00 1')
    const own = new OwnDepth(book)
    own.set(7, Side.Sell, at('100.01'), of('1'), NOW)
    expect(references(book, own, later(OWN_FADE_NS))).toBe('100 / 100.05')
  })
})

describe('own depth', () => {
  it('refuses an order beyond its room, and forgets by zero as by clear', () => {
    const own = new OwnDepth(liveBook(BOOK), 1)
    expect(own.set(1, Side.Buy, at('99'), of('1'), NOW)).toBe(true)
    expect(own.set(2, Side.Buy, at('99'), of('1'), NOW)).toBe(false)
    expect(own.set(1, Side.Buy, at('99'), of('0'), NOW)).toBe(true)
    expect(own.set(2, Side.Buy, at('99'), of('1'), NOW)).toBe(true)
    own.clear(3, NOW)
    expect(own.count).toBe(1)
  })

  it('finds the best price of others on each side', () => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    expect(priceText(netBest(book, own, Side.Buy, NOW))).toBe('100')
    expect(priceText(netBest(liveBook('---'), own, Side.Sell, NOW))).toBe('-')
  })
})
