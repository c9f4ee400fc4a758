import { describe, expect, it } from 'vitest'
import { inferSteps } from '#market/step-inference.ts'

describe('steps inferred from a snapshot', () => {
  it.each([
    // prices                              qtys                        scales  tick lot
    [
      ['43250.00000000', '43249.98000000'],
      ['0.10000000', '1.00001'],
      [2, 5],
      [2, 1],
    ],
    [
      ['43250.01', '43250.02', '43250.05'],
      ['3', '7'],
      [2, 0],
      [1, 1],
    ],
    [
      ['0.00002500', '0.00003000'],
      ['1000', '2500'],
      [6, 0],
      [5, 500],
    ],
    [['100'], ['0', '0.5'], [0, 1], [100, 5]],
  ])('%j and %j', (prices, qtys, [priceScale, qtyScale], [tickUnits, lotUnits]) => {
    expect(inferSteps(prices, qtys)).toEqual({ priceScale, qtyScale, tickUnits, lotUnits })
  })

  it.each([
    [[], ['1'], 'no price above zero'],
    [['1'], ['0.000'], 'no quantity above zero'],
    [['1e5'], ['1'], '"1e5" is not a plain decimal'],
    [['abc'], ['1'], '"abc" is not a plain decimal'],
  ])('refuses %j and %j', (prices, qtys, message) => {
    expect(() => inferSteps(prices, qtys)).toThrow(message)
  })
})
