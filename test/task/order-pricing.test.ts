import { describe, expect, it } from 'vitest'
import { priceUnits, Side } from '#core/units.ts'
import { isStalePrice, NO_LIMIT, orderPrice, type PriceRule } from '#task/order-pricing.ts'

const rule = (side: Side, more: Partial<PriceRule> = {}): PriceRule => ({
  side,
  tickUnits: 10,
  offsetTicks: 0,
  limitPrice: NO_LIMIT,
  postOnly: false,
  ...more,
})

describe('the price of an order', () => {
  // tick 10; positive offset = passive for both sides
  it.each([
    // side        offset  reference  far    price   why
    [Side.Buy, 0, 1_000, 1_020, 1_000, 'at the reference'],
    [Side.Buy, 2, 1_000, 1_020, 980, 'passive buy stands below'],
    [Side.Sell, 2, 1_020, 1_000, 1_040, 'passive sell stands above'],
    [Side.Buy, -1, 1_000, 1_020, 1_010, 'aggressive buy stands above, inside the spread'],
    [Side.Sell, -1, 1_020, 1_000, 1_010, 'aggressive sell stands below, inside the spread'],
    [Side.Buy, 0, 1_015, 1_020, 1_010, 'a mid on a half tick rounds passively: down'],
    [Side.Sell, 0, 1_005, 1_000, 1_010, 'a mid on a half tick rounds passively: up'],
    [Side.Buy, -3, 995, 1_020, 1_030, 'what crosses rounds towards the market: up'],
    [Side.Sell, -3, 1_025, 1_000, 990, 'what crosses rounds towards the market: down'],
  ])(
    'side %i offset %i from %i, far %i: %i (%s)',
    (side, offsetTicks, reference, far, price, _why) => {
      expect(orderPrice(rule(side, { offsetTicks }), reference, far)).toBe(price)
    },
  )

  it('is never worse than the limit, and the limit is rounded inward', () => {
    const buy = rule(Side.Buy, { limitPrice: priceUnits(1_009) })
    expect(orderPrice(buy, 1_050, 2_000)).toBe(1_000)
    const sell = rule(Side.Sell, { limitPrice: priceUnits(1_001) })
    expect(orderPrice(sell, 950, 10)).toBe(1_010)
  })

  it('moves one tick behind far when it must not take', () => {
    const buy = rule(Side.Buy, { offsetTicks: -5, postOnly: true })
    expect(orderPrice(buy, 1_000, 1_020)).toBe(1_010)
    const sell = rule(Side.Sell, { offsetTicks: -5, postOnly: true })
    expect(orderPrice(sell, 1_020, 1_000)).toBe(1_010)
  })
})

describe('staleness', () => {
  it.each([
    [1_000, 1_000, 0, false],
    [1_010, 1_000, 0, true],
    [1_010, 1_000, 2, false],
    [1_020, 1_000, 2, true],
    [980, 1_000, 2, true],
  ])('desired %i, working %i, tolerance %i ticks: %s', (desired, working, tolerance, isStale) => {
    const [d, w] = [priceUnits(desired), priceUnits(working)]
    expect(isStalePrice(d, w, tolerance, 10)).toBe(isStale)
  })
})
