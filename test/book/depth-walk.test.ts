import { describe, expect, it } from 'vitest'
import { DepthWalk } from '#book/depth-walk.ts'
import { OwnDepth } from '#book/own-depth.ts'
import { monoNs, Side } from '#core/units.ts'
import { at, liveBook, of, priceText } from './book-text.ts'

const NOW = monoNs(0)
const BOOK = `
  100.04  4
  100.02  2
  100.01  1
  ------
  100.00  1
   99.98  3
   99.95  4`

/** `quantity @ average, worst price, levels`. */
const shown = (walk: DepthWalk): string =>
  `${walk.qtyUnits / 10} @ ${Math.round(walk.averagePriceUnits * 1e4) / 1e6}, ${priceText(walk.worstPrice)}, ${walk.levelCount}`

describe('walking the depth', () => {
  it.each([
    [Side.Sell, '1', '1 @ 100.01, 100.01, 1'],
    [Side.Sell, '3', '3 @ 100.016667, 100.02, 2'],
    [Side.Sell, '100', '7 @ 100.03, 100.04, 3'],
    [Side.Buy, '2', '2 @ 99.99, 99.98, 2'],
    [Side.Buy, '0', '0 @ 0, -, 0'],
  ])('taking from side %i: %s', (side, qty, expected) => {
    const book = liveBook(BOOK)
    const walk = new DepthWalk()
    walk.takeQty(book, new OwnDepth(book), side, of(qty), NOW)
    expect(shown(walk)).toBe(expected)
  })

  it.each([
    [Side.Sell, '100.02', '3 @ 100.016667, 100.02, 2'],
    [Side.Sell, '100.00', '0 @ 0, -, 0'],
    [Side.Buy, '99.98', '4 @ 99.985, 99.98, 2'],
    [Side.Buy, '99.00', '8 @ 99.9675, 99.95, 3'],
  ])('everything of side %i within %s', (side, limit, expected) => {
    const book = liveBook(BOOK)
    const walk = new DepthWalk()
    walk.takeWithin(book, new OwnDepth(book), side, at(limit), NOW)
    expect(shown(walk)).toBe(expected)
  })

  it('does not take from ourselves', () => {
    const book = liveBook(BOOK)
    const own = new OwnDepth(book)
    own.set(1, Side.Sell, at('100.01'), of('1'), NOW)
    own.set(2, Side.Sell, at('100.02'), of('0.5'), NOW)
    const walk = new DepthWalk()
    walk.takeQty(book, own, Side.Sell, of('2'), NOW)
    expect(shown(walk)).toBe('2 @ 100.025, 100.04, 2')
  })

  it('starts at a ticker that is newer than the depth', () => {
    const book = liveBook(BOOK)
    book.setTicker(200, at('100.00'), of('1'), at('100.02'), of('0.5'), NOW)
    const walk = new DepthWalk()
    walk.takeQty(book, new OwnDepth(book), Side.Sell, of('1'), NOW)
    expect(shown(walk)).toBe('1 @ 100.03, 100.04, 2')
  })
})
