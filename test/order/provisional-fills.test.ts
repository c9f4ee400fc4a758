// Lots that stand in for trades: exact sums, and taken back lot by lot, also by a later life.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { monoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger, type Fill } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { isProvisional, lotsOf, ProvisionalFills } from '#order/provisional-fills.ts'
import { VenueEvent, VenueEventKind } from '#order/venue-event.ts'

const HI = clientIdHi(1, 1, 0)
const LO = clientIdLo(0, 0)
const QTY = 100

/** One life of an engine; `journal` is what earlier lives have booked. */
class Life {
  readonly journal: Fill[]
  readonly fills = new FillLedger()
  readonly positions = new PositionLedger()
  readonly #orders = new OrderTable(4)
  readonly #truth: OrderTruth
  readonly #order: number
  readonly #nowNs

  constructor(number: number, journal: readonly Fill[]) {
    this.journal = [...journal]
    this.#nowNs = monoNs(number)
    const { fills, positions } = this
    const orders = this.#orders
    this.#truth = new OrderTruth({
      orders,
      live: new LiveOrders(orders),
      fills,
      positions,
      instance: 1,
      taskOf: (task) => task,
      listener: {
        onOrderChanged: () => {},
        onFill: (fill) => this.journal.push(fill),
        onNeedsQuery: () => {},
        onOwedFills: () => {},
        onAdopted: () => {},
        onAnomaly: () => {},
        onUnmatchedFill: () => {},
      },
    })
    for (const fill of journal) {
      fills.book(fill)
      positions.bookFill(fill.account, fill.instrument, fill.side, fill.qtyUnits)
      if (isProvisional(fill.tradeId)) this.#truth.restoreProvisional(fill)
    }
    this.#order = orders.take(HI, LO)
    orders.setTask(this.#order, 0)
    orders.setQtyUnits(this.#order, QTY)
    orders.setPriceUnits(this.#order, 10)
    orders.setFilledUnits(this.#order, fills.qtyOfOrder(HI, LO))
    orders.setCumQtyUnits(this.#order, fills.qtyOfOrder(HI, LO))
    if (journal.length > 0) orders.setState(this.#order, OrderState.Cancelled)
    else this.#truth.enter(this.#order, OrderEvent.Send, 0, this.#nowNs)
  }

  infer(qty: number, notional: number): void {
    this.#truth.infer(this.#order, qty, notional, this.#nowNs)
    this.#truth.enter(this.#order, OrderEvent.Cancel, 0, this.#nowNs)
  }

  trade(tradeId: string, qtyUnits: number, priceUnits: number): void {
    const ids = { clientIdHi: HI, clientIdLo: LO, instrument: 0 }
    const facts = { kind: VenueEventKind.Fill, tradeId, qtyUnits, priceUnits, ...ids }
    this.#truth.apply(Object.assign(new VenueEvent(), facts), this.#nowNs)
  }

  get sums() {
    const { qtyUnits, notionalUnits, count } = this.fills.totals(0)
    return [qtyUnits, Number(notionalUnits), count, this.positions.netUnits(0, 0)]
  }
}

describe('lots that stand in for trades', () => {
  it('have whole prices and add up exactly', () => {
    const amounts = fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e12 }))
    fc.assert(
      fc.property(amounts, ([qty, more]) => {
        const lots = lotsOf(qty, qty + more)
        expect(lots.length).toBeLessThanOrEqual(2)
        expect(lots.every(({ priceUnits }) => Number.isInteger(priceUnits))).toBe(true)
        expect(lots.reduce((sum, lot) => sum + lot.qtyUnits, 0)).toBe(qty)
        const notional = lots.reduce((sum, lot) => sum + lot.qtyUnits * lot.priceUnits, 0)
        expect(notional).toBe(qty + more)
      }),
    )
  })

  it.each([
    [10, 100, [[10, 10]]],
    [
      10,
      107,
      [
        [10, 3],
        [11, 7],
      ],
    ],
    [1, 7, [[7, 1]]],
  ])('are no more than it takes: %i for %i', (qty, notional, lots) => {
    const made = lotsOf(qty, notional).map((lot) => [lot.priceUnits, lot.qtyUnits])
    expect(made).toEqual(lots)
  })

  it('are of one order each, the newest first to go, and leave nothing behind', () => {
    const provisional = new ProvisionalFills()
    expect([provisional.outstandingUnits(1, 2), provisional.newest(1, 2)]).toEqual([0, undefined])
    provisional.booked(1, 2, { priceUnits: 10, qtyUnits: 3 })
    provisional.booked(1, 2, { priceUnits: 11, qtyUnits: 4 })
    provisional.booked(2, 1, { priceUnits: 12, qtyUnits: 5 })
    expect([provisional.outstandingUnits(1, 2), provisional.outstandingUnits(2, 1)]).toEqual([7, 5])
    expect([provisional.newest(1, 2)?.priceUnits, provisional.orderCount]).toEqual([11, 2])
    provisional.booked(1, 2, { priceUnits: 11, qtyUnits: -4 })
    expect([provisional.newest(1, 2)?.priceUnits, provisional.orderCount]).toEqual([10, 2])
    provisional.booked(1, 2, { priceUnits: 10, qtyUnits: -3 })
    expect([provisional.newest(1, 2), provisional.orderCount]).toEqual([undefined, 1])
  })

  it('are named by order, time and number, in a way that no venue names trades', () => {
    const provisional = new ProvisionalFills()
    const names = [provisional.name('f00000000001', 17), provisional.name('f00000000001', 17)]
    expect(names).toEqual(['~f00000000001.17.0', '~f00000000001.17.1'])
    expect([names.every(isProvisional), isProvisional('f~1'), isProvisional('')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('give way to the real trades in any order, over any number of restarts and repeats', () => {
    const parts = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 5, max: 15 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    const picks = fc.array(fc.nat(100), { minLength: 5, maxLength: 12 })
    fc.assert(
      fc.property(parts, picks, fc.integer({ min: 5, max: 15 }), (trades, order, average) => {
        const traded = trades.reduce((sum, [qty]) => sum + qty, 0)
        const value = trades.reduce((sum, [qty, price]) => sum + qty * price, 0)
        let life = new Life(1, [])
        life.infer(traded, traded * average)
        expect(life.sums).toEqual([traded, traded * average, 0, traded])
        order.forEach((pick, i) => {
          if (pick % 3 === 0) life = new Life(i + 2, life.journal)
          const [qty, price] = trades[pick % trades.length]!
          life.trade(`t${pick % trades.length}`, qty, price)
          expect(life.sums[0]).toBe(traded)
        })
        trades.forEach(([qty, price], i) => life.trade(`t${i}`, qty, price))
        expect(life.sums).toEqual([traded, value, trades.length, traded])
      }),
      { numRuns: 300 },
    )
  })

  it('show too little, never too much, when the journal ends between the two bookings', () => {
    const first = new Life(1, [])
    first.infer(30, 300)
    const second = new Life(2, first.journal)
    second.trade('t1', 30, 11)
    const torn = new Life(3, second.journal.slice(0, -1))
    expect(torn.sums[0]).toBe(0)
    torn.trade('t1', 30, 11)
    expect(torn.sums).toEqual([30, 330, 1, 30])
  })
})
