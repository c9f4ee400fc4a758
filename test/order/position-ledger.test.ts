import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { qtyUnits, Side } from '#core/units.ts'
import { PositionLedger } from '#order/position-ledger.ts'

describe('the position ledger', () => {
  it('nets the fills of each account and instrument by themselves', () => {
    const fills = fc.array(
      fc.record({
        account: fc.constantFrom(0, 1, 63),
        instrument: fc.constantFrom(0, 1, 4_095),
        side: fc.constantFrom(Side.Buy, Side.Sell),
        qty: fc.integer({ min: 1, max: 1_000 }),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(fills, (booked) => {
        const ledger = new PositionLedger()
        for (const { account, instrument, side, qty } of booked) {
          ledger.bookFill(account, instrument, side, qtyUnits(qty))
        }
        for (const account of [0, 1, 2, 63]) {
          for (const instrument of [0, 1, 2, 4_095]) {
            const own = booked.filter((f) => f.account === account && f.instrument === instrument)
            const net = own.reduce((sum, f) => sum + (f.side === Side.Buy ? f.qty : -f.qty), 0)
            expect(ledger.netUnits(account, instrument)).toBe(net)
          }
        }
      }),
    )
  })

  it('takes a balance as the venue says it, each time anew', () => {
    const ledger = new PositionLedger()
    ledger.setBalance(0, 'BTC', '1.5', '0.25')
    ledger.setBalance(0, 'USDT', '0', '7')
    ledger.setBalance(2, 'BTC', '3', '0')
    ledger.setBalance(0, 'BTC', '2', '0')
    expect(ledger.balance(0, 'BTC')).toEqual({ free: 2, locked: 0 })
    expect(ledger.balance(0, 'USDT')).toEqual({ free: 0, locked: 7 })
    expect(ledger.balance(2, 'BTC')).toEqual({ free: 3, locked: 0 })
    expect([ledger.balance(0, 'ETH'), ledger.balance(1, 'BTC')]).toEqual([undefined, undefined])
  })
})
