import { expect, it } from 'vitest'
import { nearestName } from '#config/nearest-name.ts'

it('suggests the name within two edits only', () => {
  expect(nearestName('sead', ['seed', 'market'])).toBe('seed')
  expect(nearestName('order_per_second', ['orders_per_second', 'x'])).toBe('orders_per_second')
  expect(nearestName('Mode', ['mode'])).toBe('mode')
  expect(nearestName('nothing', ['seed', 'market'])).toBeNull()
})

it('takes the nearest of several', () => {
  expect(nearestName('venuez', ['menus', 'venues'])).toBe('venues')
})

it('does not turn a short name into another short name', () => {
  expect(nearestName('id', ['sim'])).toBeNull()
})
