import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProvisional, lotsOf, ProvisionalFills } from '#order/provisional-fills.ts'

const units = fc.integer({ min: 1, max: 1_000_000 })

describe('lots that stand in for trades', () => {
  it('add up to the quantity and the notional exactly, at whole prices side by side', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 1_000_000_000 }), (qty, beyond) => {
        const notional = qty + beyond
        const lots = lotsOf(qty, notional)
        expect(lots.reduce((sum, lot) => sum + lot.qtyUnits, 0)).toBe(qty)
        expect(lots.reduce((sum, lot) => sum + lot.qtyUnits * lot.priceUnits, 0)).toBe(notional)
        expect(lots.every((lot) => lot.qtyUnits > 0 && Number.isInteger(lot.priceUnits))).toBe(true)
        const [low, high] = lots
        if (high !== undefined) expect(high.priceUnits - low!.priceUnits).toBe(1)
      }),
    )
  })

  it('have names that no venue gives and that come once', () => {
    const fills = new ProvisionalFills()
    const names = [fills.name('f1', 17), fills.name('f1', 17), fills.name('f2', 17)]
    expect(names).toEqual(['~f1.17.0', '~f1.17.1', '~f2.17.2'])
    expect([isProvisional('~f1.17.0'), isProvisional('1~'), isProvisional('')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('are taken back newest first, each order by itself, until nothing stands in', () => {
    const fills = new ProvisionalFills()
    expect([fills.orderCount, fills.outstandingUnits(1, 2), fills.newest(1, 2)]).toEqual([
      0,
      0,
      undefined,
    ])
    fills.booked(1, 2, { priceUnits: 100, qtyUnits: 30 })
    fills.booked(1, 2, { priceUnits: 101, qtyUnits: 10 })
    fills.booked(2, 1, { priceUnits: 101, qtyUnits: 5 })
    expect([fills.orderCount, fills.outstandingUnits(1, 2)]).toEqual([2, 40])
    expect(fills.newest(1, 2)).toEqual({ priceUnits: 101, qtyUnits: 10 })
    // A part of a lot leaves the rest; the lot touched last is the next to be taken.
    fills.booked(1, 2, { priceUnits: 101, qtyUnits: -4 })
    expect([fills.outstandingUnits(1, 2), fills.newest(1, 2)?.qtyUnits]).toEqual([36, 6])
    fills.booked(1, 2, { priceUnits: 101, qtyUnits: -6 })
    expect(fills.newest(1, 2)).toEqual({ priceUnits: 100, qtyUnits: 30 })
    fills.booked(1, 2, { priceUnits: 100, qtyUnits: -30 })
    expect([fills.orderCount, fills.outstandingUnits(1, 2), fills.newest(1, 2)]).toEqual([
      1,
      0,
      undefined,
    ])
    expect(fills.outstandingUnits(2, 1)).toBe(5)
  })
})
