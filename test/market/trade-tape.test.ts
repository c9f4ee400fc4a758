import { describe, expect, it } from 'vitest'
import { priceUnits, qtyUnits, Side } from '#core/units.ts'
import { TradeTape } from '#market/trade-tape.ts'

function add(tape: TradeTape, tradeId: number): boolean {
  return tape.add(tradeId, priceUnits(100 + tradeId), qtyUnits(tradeId), Side.Sell, tradeId * 10)
}

describe('the trade tape', () => {
  it('reads back the newest first', () => {
    const tape = new TradeTape(4)
    for (const id of [1, 2, 3]) add(tape, id)
    expect(tape.count).toBe(3)
    expect([0, 1, 2].map((back) => tape.tradeId(back))).toEqual([3, 2, 1])
    expect([tape.price(0), tape.qty(0), tape.aggressor(0), tape.timeUs(0)]).toEqual([
      103,
      3,
      Side.Sell,
      30,
    ])
  })

  it('overwrites the oldest when full', () => {
    const tape = new TradeTape(3)
    for (let id = 1; id <= 8; id++) add(tape, id)
    expect(tape.count).toBe(3)
    expect([0, 1, 2].map((back) => tape.tradeId(back))).toEqual([8, 7, 6])
  })

  it('refuses a repeated trade', () => {
    const tape = new TradeTape(3)
    expect([add(tape, 5), add(tape, 5), add(tape, 4), add(tape, 6)]).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(tape.count).toBe(2)
    tape.clear()
    expect(tape.count).toBe(0)
  })
})
