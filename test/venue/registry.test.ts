import { expect, it } from 'vitest'
import { findVenueMake, VENUE_MAKES } from '#venue/registry.ts'

it('finds a venue market by its name', () => {
  expect(VENUE_MAKES.map((make) => `${make.exchange}: ${make.marketName}`)).toEqual([
    'binance: binance_spot',
  ])
  expect(findVenueMake('binance_spot').urls.rest).toBe('https://api.binance.com')
})

it('names the known ones when there is none', () => {
  expect(() => findVenueMake('binance')).toThrow(
    'there is no venue market "binance" (known: binance_spot)',
  )
})
