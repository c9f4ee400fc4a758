import { describe, expect, it } from 'vitest'
import { limitsOf, type RiskSettings } from '#risk/limits.ts'
import { instrumentTable } from './gate-bench.ts'

const NONE: RiskSettings = {
  maxPosition: {},
  priceCollarBps: 500,
  ordersPerSecond: 20,
  maxOpenOrders: 200,
}
const instruments = instrumentTable()
const BTC = instruments.at(0)
const ETH = instruments.at(1)

describe('limits in the units of an instrument', () => {
  it('are infinite where nobody set them', () => {
    expect(limitsOf(NONE, BTC)).toMatchObject({
      orderNotionalMax: Infinity,
      positionMaxUnits: Infinity,
    })
  })

  it('count a position as the instrument counts, and only that of its own symbol', () => {
    const settings = { ...NONE, maxPosition: { 'BTC/USDT': '1.5', 'ETH/USDT': '20' } }
    expect(limitsOf(settings, BTC).positionMaxUnits).toBe(150_000)
    expect(limitsOf(settings, ETH).positionMaxUnits).toBe(20_000)
    const ofAnother = { ...NONE, maxPosition: { 'ETH/USDT': '20' } }
    expect(limitsOf(ofAnother, BTC).positionMaxUnits).toBe(Infinity)
  })

  it('turn units back into base and quote', () => {
    for (const [instrument, notionalUnits, baseUnits] of [
      [BTC, 1e7, 1e5],
      [ETH, 1e4, 1e3],
    ] as const) {
      const { notionalScale, baseScale } = limitsOf(NONE, instrument)
      expect(notionalScale * notionalUnits).toBeCloseTo(1, 14)
      expect(baseScale * baseUnits).toBeCloseTo(1, 14)
    }
  })

  it('keep a notional in quote', () => {
    const settings = { ...NONE, maxOrderNotional: '2500.5' }
    expect(limitsOf(settings, ETH).orderNotionalMax).toBe(2_500.5)
  })

  it('name the key that does not fit the lot', () => {
    const settings = { ...NONE, maxPosition: { 'BTC/USDT': '0.000001' } }
    expect(() => limitsOf(settings, BTC)).toThrow('risk.max_position.BTC/USDT')
  })
})
