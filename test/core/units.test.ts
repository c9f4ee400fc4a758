import { describe, expect, it } from 'vitest'
import { NEVER_NS, oppositeSide, Side, sideSign, SIDE_NAMES } from '#core/units.ts'

describe('sides', () => {
  it.each([
    [Side.Buy, 'buy', 1, Side.Sell],
    [Side.Sell, 'sell', -1, Side.Buy],
  ])('%i is %s', (side, name, sign, opposite) => {
    expect([SIDE_NAMES[side], sideSign(side), oppositeSide(side)]).toEqual([name, sign, opposite])
  })
})

describe('time', () => {
  it('never is later than 104 days from the start', () => {
    expect(NEVER_NS).toBeGreaterThan(104 * 86_400e9)
    expect(Number.isSafeInteger(NEVER_NS)).toBe(true)
  })
})
