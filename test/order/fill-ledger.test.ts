import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { D } from '#core/decimal.ts'
import { priceUnits, qtyUnits, Side } from '#core/units.ts'
import {
  averagePrice,
  averagePriceText,
  feesText,
  FillLedger,
  type Fill,
} from '#order/fill-ledger.ts'

function fill(more: Partial<Fill>): Fill {
  return {
    order: 0,
    clientIdHi: 1,
    clientIdLo: 2,
    task: 0,
    account: 0,
    instrument: 0,
    side: Side.Buy,
    priceUnits: priceUnits(100),
    qtyUnits: qtyUnits(10),
    tradeId: '1',
    fee: '',
    feeAsset: '',
    isMaker: false,
    venueTimeUs: 0,
    ...more,
  }
}

describe('the fill ledger', () => {
  it.each([
    ['the same trade', {}, false],
    ['told of by another order', { clientIdLo: 3, task: 1 }, false],
    ['another trade', { tradeId: '2' }, true],
    ['the same number at another account', { account: 1 }, true],
    ['the same number on another instrument', { instrument: 1 }, true],
    ['account and instrument are not run together', { account: 0, instrument: 11 }, true],
  ])('books once what the venue names once: %s', (_name, more, isNew) => {
    const ledger = new FillLedger()
    expect(ledger.book(fill({ instrument: 0 }))).toBe(true)
    expect(ledger.knows(0, 0, '1')).toBe(true)
    const { account, instrument, tradeId } = fill(more)
    expect(ledger.knows(account, instrument, tradeId)).toBe(!isNew)
    expect(ledger.book(fill(more))).toBe(isNew)
    expect(ledger.count).toBe(isNew ? 2 : 1)
    const booked = ledger.totals(0).count + ledger.totals(1).count
    expect(booked).toBe(isNew ? 2 : 1)
  })

  it('knows what each order filled, whichever task it was', () => {
    const ledger = new FillLedger()
    ledger.book(fill({ tradeId: '1', qtyUnits: qtyUnits(10) }))
    ledger.book(fill({ tradeId: '2', qtyUnits: qtyUnits(5) }))
    ledger.book(fill({ tradeId: '3', qtyUnits: qtyUnits(3), clientIdHi: 2, clientIdLo: 1 }))
    ledger.book(fill({ tradeId: '3', qtyUnits: qtyUnits(3) }))
    expect([ledger.qtyOfOrder(1, 2), ledger.qtyOfOrder(2, 1), ledger.qtyOfOrder(1, 1)]).toEqual([
      15, 3, 0,
    ])
  })

  it('sums exactly what doubles cannot hold', () => {
    const parts = fc.record({
      price: fc.integer({ min: 1, max: 2 ** 50 }),
      qty: fc.integer({ min: 1, max: 2 ** 45 }),
      task: fc.nat(1),
    })
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 20 }), (trades) => {
        const ledger = new FillLedger()
        for (const [i, { price, qty, task }] of trades.entries()) {
          const units = { priceUnits: priceUnits(price), qtyUnits: qtyUnits(qty) }
          ledger.book(fill({ ...units, task, tradeId: `${i}` }))
        }
        for (const task of [0, 1]) {
          const own = trades.filter((trade) => trade.task === task)
          const notional = own.reduce((sum, t) => sum + BigInt(t.price) * BigInt(t.qty), 0n)
          const { qtyUnits: qty, notionalUnits, count } = ledger.totals(task)
          expect([notionalUnits, count]).toEqual([notional, own.length])
          expect(qty).toBe(own.reduce((sum, trade) => sum + trade.qty, 0))
        }
      }),
    )
  })
})

describe('an average price', () => {
  it.each([
    // 60000.00 × 1 and 60000.01 × 2, in units of 0.01 and 0.00001
    [
      [
        [6_000_000, 100_000],
        [6_000_001, 200_000],
      ],
      '60000.0066667',
    ],
    [[[6_000_000, 1]], '60000'],
    [[[1, 3]], '0.01'],
    [[], ''],
  ])('of %j is %s', (trades, text) => {
    const ledger = new FillLedger()
    for (const [i, [price, qty]] of trades.entries()) {
      const units = { priceUnits: priceUnits(price!), qtyUnits: qtyUnits(qty!) }
      ledger.book(fill({ ...units, tradeId: `${i}` }))
    }
    expect(averagePriceText(ledger.totals(0), 2)).toBe(text)
    expect(averagePrice(ledger.totals(0), 2) === null).toBe(trades.length === 0)
  })
})

describe('fees', () => {
  it('add up exactly by asset, in the order of the alphabet; none is not zero', () => {
    const ledger = new FillLedger()
    expect(feesText(ledger.totals(0))).toEqual({})
    const said = [
      ['0.1', 'USDT'],
      ['0.2', 'USDT'],
      ['0.00000001', 'BNB'],
      ['', 'BTC'],
      ['-0.5', 'ETH'],
      ['0', 'ADA'],
    ] as const
    for (const [i, [fee, feeAsset]] of said.entries()) {
      ledger.book(fill({ fee, feeAsset, tradeId: `${i}` }))
    }
    const fees = { ADA: '0', BNB: '0.00000001', ETH: '-0.5', USDT: '0.3' }
    expect(Object.entries(feesText(ledger.totals(0)))).toEqual(Object.entries(fees))
    expect(feesText(ledger.totals(1))).toEqual({})
  })
})

describe('what an earlier life came to', () => {
  const PAST = { qtyUnits: 15, notionalUnits: 1_505n, count: 2 }

  it('is added to what this one books, fees by asset', () => {
    const ledger = new FillLedger()
    ledger.book(fill({ fee: '0.1', feeAsset: 'BNB' }))
    const feeByAsset = new Map([
      ['BNB', new D('0.2')],
      ['USDT', new D('3')],
    ])
    ledger.addTotals(0, { ...PAST, feeByAsset })
    const { qtyUnits: qty, notionalUnits, count } = ledger.totals(0)
    expect([qty, notionalUnits, count]).toEqual([25, 2_505n, 3])
    expect(feesText(ledger.totals(0))).toEqual({ BNB: '0.3', USDT: '3' })
    expect(ledger.totals(1).count).toBe(0)
  })

  it('has no fees where none were said, and no trades that are known by name', () => {
    const ledger = new FillLedger()
    ledger.addTotals(0, { ...PAST, feeByAsset: null })
    expect(ledger.totals(0)).toEqual({ ...PAST, feeByAsset: null })
    expect(ledger.count).toBe(0)
  })
})
