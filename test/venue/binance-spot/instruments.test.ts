import { describe, expect, it } from 'vitest'
import { decodeListings, venueSymbolOf } from '#venue/binance-spot/instruments.ts'

const filters = (changes: Readonly<Record<string, object | null>> = {}): object[] => {
  const all: Record<string, object | null> = {
    PRICE_FILTER: { minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    LOT_SIZE: { minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    MARKET_LOT_SIZE: { minQty: '0.00000000', maxQty: '120.00000000', stepSize: '0.00000000' },
    NOTIONAL: {
      minNotional: '5.00000000',
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
    },
    ...changes,
  }
  return Object.entries(all).flatMap(([filterType, filter]) =>
    filter === null ? [] : [{ filterType, ...filter }],
  )
}

const row = (changes: object = {}): object => ({
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  filters: filters(),
  ...changes,
})

const facts = (changes: object = {}) =>
  decodeListings(JSON.stringify({ symbols: [row(changes)] }), ['BTC/USDT'])[0]!

describe('decodeListings', () => {
  it('takes steps from the filters, with room for finer public quantities', () => {
    expect(facts()).toMatchObject({
      symbol: 'BTC/USDT',
      venueSymbol: 'BTCUSDT',
      priceScale: 2,
      tickUnits: 1,
      qtyScale: 8,
      lotUnits: 1_000,
      minQtyUnits: 1_000,
      maxQtyUnits: 900_000_000_000,
      minNotional: '5.00000000',
      status: 0,
    })
  })

  it('keeps large quantities of a coin that trades whole countable', () => {
    const LOT_SIZE = { minQty: '1.00', maxQty: '8384883677.00', stepSize: '1.00' }
    const PRICE_FILTER = { minPrice: '0.00000001', maxPrice: '1.0', tickSize: '0.00000001' }
    expect(facts({ filters: filters({ LOT_SIZE, PRICE_FILTER }) })).toMatchObject({
      priceScale: 8,
      tickUnits: 1,
      qtyScale: 3,
      lotUnits: 1_000,
      maxQtyUnits: 8_384_883_677_000,
    })
  })

  it('never counts finer than the asset', () => {
    expect(facts({ baseAssetPrecision: 6 })).toMatchObject({ qtyScale: 6, lotUnits: 10 })
  })

  it('reads zero as no bound and accepts either notional filter, or none', () => {
    const LOT_SIZE = { minQty: '0.00000000', maxQty: '0.00000000', stepSize: '0.50000000' }
    expect(facts({ filters: filters({ LOT_SIZE }) })).toMatchObject({
      minQtyUnits: 0,
      maxQtyUnits: Number.MAX_SAFE_INTEGER,
      lotUnits: 5_000,
    })
    const MIN_NOTIONAL = { minNotional: '10.0', applyToMarket: true }
    expect(facts({ filters: filters({ NOTIONAL: null, MIN_NOTIONAL }) }).minNotional).toBe('10.0')
    expect(facts({ filters: filters({ NOTIONAL: null }) }).minNotional).toBe('0')
  })

  it.each([
    ['TRADING', 0],
    ['HALT', 1],
    ['BREAK', 1],
    ['END_OF_DAY', 1],
    ['CANCEL_ONLY', 2],
    ['SOMETHING_NEW', 1],
  ])('status %s is %i', (status, expected) => {
    expect(facts({ status }).status).toBe(expected)
  })

  const bad: [what: string, changes: object, message: string][] = [
    ['no tick', { filters: filters({ PRICE_FILTER: null }) }, 'has no PRICE_FILTER filter'],
    [
      'a tick of zero',
      { filters: filters({ PRICE_FILTER: { tickSize: '0.00' } }) },
      'no usable tickSize',
    ],
    [
      'a step in words',
      { filters: filters({ LOT_SIZE: { stepSize: 'x' } }) },
      'no usable stepSize',
    ],
    ['no filters', { filters: undefined }, 'filters is not a list'],
    ['a status of 5', { status: 5 }, '"status" is not text'],
  ]
  it.each(bad)('refuses %s, by name', (_, changes, message) => {
    expect(() => facts(changes)).toThrow(message)
  })

  it('names what is not listed', () => {
    const text = JSON.stringify({ symbols: [row()] })
    expect(() => decodeListings(text, ['BTC/USDT', 'FOO/BAR'])).toThrow(
      'FOO/BAR does not exist on binance_spot',
    )
    expect(() => decodeListings('<html>', ['BTC/USDT'])).toThrow('not JSON')
  })
})

it('venueSymbolOf takes either spelling', () => {
  expect(['BTC/USDT', 'btcusdt', 'BTCUSDT'].map(venueSymbolOf)).toEqual(Array(3).fill('BTCUSDT'))
})
