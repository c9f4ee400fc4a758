import { expect, it } from 'vitest'
import { EXCHANGE_BY_MARKET } from '#config/known-names.ts'
import { VENUE_MAKES } from '#venue/registry.ts'

it('what can be configured is what can trade', () => {
  const registered = VENUE_MAKES.map((make) => [make.marketName, make.exchange])
  expect(Object.entries(EXCHANGE_BY_MARKET)).toEqual(registered)
})
