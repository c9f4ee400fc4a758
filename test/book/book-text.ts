// Books as traders draw them: asks above bids, best prices meeting in the middle.
//
//   101.02   3
//   101.00   1.5
//   ------
//   100.99   2
//
// Prices have two decimals and quantities one, so units are hundredths and tenths.
import { BookEvent } from '#book/book-state.ts'
import { OrderBook } from '#book/order-book.ts'
import { NO_PRICE } from '#book/price-ladder.ts'
import { textFromUnits, unitsFromText } from '#core/decimal.ts'
import { monoNs, priceUnits, qtyUnits, Side, type PriceUnits, type QtyUnits } from '#core/units.ts'
import { DepthUpdate } from '#market/depth-update.ts'

export const at = (text: string): PriceUnits => priceUnits(unitsFromText(text, 2, 'price'))
export const of = (text: string): QtyUnits => qtyUnits(unitsFromText(text, 1, 'quantity'))
export const priceText = (price: number): string =>
  price === NO_PRICE ? '-' : textFromUnits(price, 2)

/** A depth message from a drawn book: lines above the rule are asks, below it bids. */
export function depth(drawn: string): DepthUpdate {
  const update = new DepthUpdate()
  let side: Side = Side.Sell
  for (const line of drawn.split('\n').map((text) => text.trim())) {
    if (line === '') continue
    if (line.startsWith('-')) {
      side = Side.Buy
      continue
    }
    const [price = '', qty = ''] = line.split(/\s+/)
    if (side === Side.Sell) {
      update.askPrices[update.askCount] = at(price)
      update.askQtys[update.askCount++] = of(qty)
    } else {
      update.bidPrices[update.bidCount] = at(price)
      update.bidQtys[update.bidCount++] = of(qty)
    }
  }
  return update
}

/** A live book at update id 100, with a tick of 0.01. */
export function liveBook(drawn: string): OrderBook {
  const book = new OrderBook(0, 1)
  show(book, drawn)
  book.enter(BookEvent.Bridged)
  return book
}

/** Replaces the depth by what is drawn, one update id later. */
export function show(book: OrderBook, drawn: string): void {
  const update = depth(drawn)
  book.clearLevels()
  book.setLevels(Side.Buy, update.bidPrices, update.bidQtys, 0, update.bidCount)
  book.setLevels(Side.Sell, update.askPrices, update.askQtys, 0, update.askCount)
  book.lastUpdateId = Math.max(100, book.lastUpdateId + 1)
  book.prove(monoNs(0))
}

/** The depth as it would be drawn, without padding. */
export function drawn(book: OrderBook): string[] {
  const side = (which: Side): string[] => {
    const lines: string[] = []
    const ladder = book.ladder(which)
    for (let p = ladder.bestPrice; p !== NO_PRICE; p = ladder.nextPrice(p)) {
      lines.push(`${textFromUnits(p, 2)} ${textFromUnits(ladder.qtyAt(p), 1)}`)
    }
    return lines
  }
  return [...side(Side.Sell).toReversed(), '---', ...side(Side.Buy)]
}
