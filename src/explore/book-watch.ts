// Holds the engine's book against the venue's own: whenever a live book stands at the venue's
// newest update, every level of it must be the venue's. A diff that was left out, or put in twice,
// shows here before anybody has traded on it.
import { BookState } from '#book/book-state.ts'
import type { OrderBook } from '#book/order-book.ts'
import { NO_PRICE } from '#book/price-ladder.ts'
import { Side } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import type { SimDepth } from '#sim/exchange-types.ts'
import type { Engine } from '#engine.ts'
import { INSTRUMENT } from './venue-world.ts'

/** From the touch; a gap that lies deeper comes to the touch by and by. */
const LEVELS_MAX = 20

export interface VenueDepths {
  depth(symbol: string, levels: number): SimDepth
}

export class BookWatch {
  /** The first thing that was broken, or ''. */
  broken = ''
  readonly #venue: () => VenueDepths
  /** By instrument: the update that was looked at last. */
  readonly #lookedAt = new Map<number, number>()

  /** `venue` is asked anew each time: it may have died and come back. */
  constructor(venue: () => VenueDepths) {
    this.#venue = venue
  }

  afterTurn({ isOpen, instruments, books }: Engine): void {
    if (!isOpen) return
    for (let index = 0; index < instruments.count; index++) {
      const book = books.book(index)
      const isNews = this.#lookedAt.get(index) !== book.lastUpdateId
      if (book.state === BookState.Live && isNews) this.#look(book, instruments.at(index))
    }
  }

  #look(book: OrderBook, instrument: Instrument): void {
    const { symbol } = instrument
    const venue = this.#venue()
    if (venue.depth(symbol, 0).lastUpdateId !== book.lastUpdateId) return
    this.#lookedAt.set(book.instrument, book.lastUpdateId)
    const { bids, asks } = venue.depth(symbol, LEVELS_MAX)
    const unitsPerLot = 10 ** (instrument.qtyScale - INSTRUMENT.qtyScale)
    const difference =
      differenceOf(book, Side.Buy, bids, unitsPerLot) ||
      differenceOf(book, Side.Sell, asks, unitsPerLot)
    if (difference === '' || this.broken !== '') return
    this.broken = `${symbol}: the live book has ${difference} at update ${book.lastUpdateId}`
  }
}

/** '' or the first level that differs, from the touch outwards. */
function differenceOf(
  book: OrderBook,
  side: Side,
  rows: readonly (readonly [priceUnits: number, qtyUnits: number])[],
  unitsPerLot: number,
): string {
  const ladder = book.ladder(side)
  let price = ladder.bestPrice
  for (const [venuePrice, venueQty] of rows) {
    if (price === NO_PRICE) return `nothing where the venue has ${venueQty} at ${venuePrice}`
    const qty = ladder.qtyAt(price) / unitsPerLot
    if (price !== venuePrice || qty !== venueQty) {
      return `${qty} at ${price} where the venue has ${venueQty} at ${venuePrice}`
    }
    price = ladder.nextPrice(price)
  }
  return ''
}
