// What counts as ours at a price, against a plain model: lists of records, looked through whole.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { OrderBook } from '#book/order-book.ts'
import { OWN_FADE_NS, OwnDepth } from '#book/own-depth.ts'
import { monoNs, priceUnits, qtyUnits, Side, type QtyUnits } from '#core/units.ts'
import { liveBook } from './book-text.ts'

const FADING_MAX = 64
const PRICES = [10_001, 10_002, 10_003]

interface Own {
  readonly order: number
  readonly side: Side
  readonly price: number
  readonly qty: number
  readonly sinceNs: number
}

interface Fading {
  readonly side: Side
  readonly price: number
  readonly qty: number
  readonly displayed: number
  readonly untilNs: number
}

class Model {
  own: Own[] = []
  fading: Fading[] = []
  readonly #displayedAt: (side: Side, price: number) => number

  constructor(displayedAt: (side: Side, price: number) => number) {
    this.#displayedAt = displayedAt
  }

  set(order: number, side: Side, price: number, qty: number, nowNs: number): void {
    const known = this.own.find((own) => own.order === order)
    const isSamePlace = known?.side === side && known.price === price
    const leaving = known === undefined ? 0 : isSamePlace ? known.qty - qty : known.qty
    if (known !== undefined && leaving > 0) this.#fade(known, leaving, nowNs)
    this.own = this.own.filter((own) => own !== known)
    const sinceNs = isSamePlace && known !== undefined ? known.sinceNs : nowNs
    if (qty > 0) this.own.push({ order, side, price, qty, sinceNs })
  }

  qtyAt(side: Side, price: number, nowNs: number): number {
    const displayed = this.#displayedAt(side, price)
    const isHere = (one: Own | Fading): boolean => one.side === side && one.price === price
    this.fading = this.fading.filter(
      (one) => nowNs < one.untilNs && !(isHere(one) && one.displayed !== displayed),
    )
    const isSeen = (own: Own): boolean => nowNs - own.sinceNs >= OWN_FADE_NS || displayed >= own.qty
    const working = this.own.filter((own) => isHere(own) && isSeen(own))
    return sum([...working, ...this.fading.filter(isHere)])
  }

  #fade({ side, price }: Own, qty: number, nowNs: number): void {
    const displayed = this.#displayedAt(side, price)
    const there = this.own.filter((own) => own.side === side && own.price === price)
    if (displayed < sum(there)) return
    this.fading.push({ side, price, qty, displayed, untilNs: nowNs + OWN_FADE_NS })
    this.fading = this.fading.slice(-FADING_MAX)
  }
}

const sum = (records: readonly { readonly qty: number }[]): number =>
  records.reduce((total, { qty }) => total + qty, 0)

function display(book: OrderBook, side: Side, price: number, qty: number): void {
  book.setLevels(side, Float64Array.of(price), Float64Array.of(qty), 0, 1)
}

const side = fc.constantFrom(Side.Buy, Side.Sell)
const price = fc.constantFrom(...PRICES)
const step = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    order: fc.nat(5),
    side,
    price,
    qty: fc.nat(3),
  }),
  fc.record({ kind: fc.constant('display' as const), side, price, qty: fc.nat(6) }),
  fc.record({ kind: fc.constant('wait' as const), ns: fc.nat(OWN_FADE_NS / 2) }),
)

it('is what the model says, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = liveBook('---')
      const own = new OwnDepth(book)
      const model = new Model((at, level) => book.qtyAt(at, priceUnits(level)))
      let nowNs = monoNs(1_000_000_000)
      for (const one of steps) {
        if (one.kind === 'wait') nowNs = monoNs(nowNs + one.ns)
        else if (one.kind === 'display') display(book, one.side, one.price, one.qty)
        else {
          own.set(one.order, one.side, priceUnits(one.price), qtyUnits(one.qty), nowNs)
          model.set(one.order, one.side, one.price, one.qty, nowNs)
        }
        for (const level of PRICES) {
          for (const at of [Side.Buy, Side.Sell]) {
            const expected = model.qtyAt(at, level, nowNs) as QtyUnits
            expect(own.qtyAt(at, priceUnits(level), nowNs)).toBe(expected)
          }
        }
      }
    }),
    { numRuns: 400 },
  )
})

it('the oldest of too many fading quantities gives way', () => {
  const book = liveBook('---')
  const own = new OwnDepth(book)
  const count = FADING_MAX + 6
  for (let i = 0; i < count; i++) {
    const nowNs = monoNs(1_000_000_000 + i)
    display(book, Side.Sell, 20_000 + i, 1)
    own.set(i, Side.Sell, priceUnits(20_000 + i), qtyUnits(1), nowNs)
    own.clear(i, nowNs)
  }
  const stillOurs = Array.from({ length: count }, (_, i) =>
    own.qtyAt(Side.Sell, priceUnits(20_000 + i), monoNs(1_000_001_000)),
  )
  expect(stillOurs).toEqual([...Array<number>(6).fill(0), ...Array<number>(FADING_MAX).fill(1)])
})
