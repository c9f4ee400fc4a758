import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Side } from '#core/units.ts'
import { IdBlock, ID_BLOCK } from '#sim/id-block.ts'
import { splitLedger, type LedgerStore } from '#sim/venue-ledger.ts'
import { balanceText, bookText, BTC, openVenue, type Venue } from './exchange-kit.ts'

class Lines implements LedgerStore {
  readonly lines: string[] = []

  append(line: string): void {
    this.lines.push(line)
  }
}

const BOOK = `
  sell 100.02 2
  sell 100.01 1
  buy  99.99 1
`

/** A short life with every kind of ending in it. */
function live(store: LedgerStore): Venue {
  const venue = openVenue(BOOK, { store })
  venue.place('ann sell 100.01 0.5')
  venue.place('bob buy 100.02 1.2')
  venue.place('bob buy 99.5 1')
  venue.place('ann buy 99.4 1')
  venue.place('bob buy 0 0.3 market')
  venue.cancel('ann', 'c4')
  venue.market.take(Side.Sell, '99.5', '0.2')
  venue.place('ann buy 99 1 ioc')
  venue.market.print(Side.Sell, '99.5', '0.4')
  return venue
}

describe('a venue that was killed', () => {
  test('comes back with the same orders, trades and balances', () => {
    const store = new Lines()
    const before = live(store)
    const after = openVenue('', { restoreFrom: store.lines, balances: {} })
    expect(after.exchange.ledger()).toEqual(before.exchange.ledger())
    expect(after.tape.take()).toEqual([])
  })

  test('lets open orders work on: they show, fill and cancel', () => {
    const store = new Lines()
    live(store)
    const { exchange, market, tape, cancel } = openVenue(BOOK, { restoreFrom: store.lines })
    const open = exchange.openOrders('bob').map((order) => order.clientOrderId)
    expect(open).toEqual(['c3'])
    expect(bookText(exchange)).toContain('buy 99.5 0.6')
    market.print(Side.Sell, '99.5', '0.1')
    expect(tape.take('fill')).toEqual([
      expect.stringMatching(/^fill c3 0.1@99.5 #\d+ maker partially_filled$/),
    ])
    expect(cancel('bob', 'c3')).toMatchObject({ status: 'cancelled', filledUnits: 50_000 })
    expect(balanceText(exchange, 'bob')).toMatch(/\+0, USDT [\d.]+\+0$/)
  })

  test('uses no id twice', () => {
    const store = new Lines()
    const before = live(store)
    const lastUpdateId = before.exchange.depth(BTC.symbol, 1).lastUpdateId
    const { exchange, place, tape } = openVenue(BOOK, { restoreFrom: store.lines })
    place('bob sell 99.99 0.1')
    const [fill = ''] = tape.take('fill')
    const tradeId = Number(/#(\d+)/.exec(fill)?.[1])
    expect(tradeId).toBeGreaterThan(ID_BLOCK)
    expect(exchange.depth(BTC.symbol, 1).lastUpdateId).toBeGreaterThan(lastUpdateId)
    expect(exchange.orders('bob', BTC.symbol).at(-1)?.orderId).toBe(7)
  })

  test('continues from a restored life as if it had never died', () => {
    const first = new Lines()
    live(first)
    const second = new Lines()
    const { place } = openVenue(BOOK, { restoreFrom: first.lines, store: second })
    place('ann sell 100.05 0.5')
    const lines = [...first.lines, ...second.lines]
    const third = openVenue('', { restoreFrom: lines })
    expect(third.exchange.openOrders('ann')).toMatchObject([{ clientOrderId: 'c7' }])
  })

  test('expires what cannot rest: it died between accepting and matching', () => {
    const store = new Lines()
    const { place } = openVenue('', { store })
    place('ann buy 99 1 ioc')
    const accepted = store.lines.findIndex((line) => line.includes('"kind":"order"'))
    const { exchange } = openVenue('', { restoreFrom: store.lines.slice(0, accepted + 1) })
    expect(exchange.orders('ann', BTC.symbol)).toMatchObject([{ status: 'expired' }])
    expect(balanceText(exchange, 'ann')).toBe('BTC 100+0, USDT 1000000+0')
  })

  test('tells nobody before the line is written', () => {
    const order: string[] = []
    const venue = openVenue('sell 100 1', { store: { append: (line) => order.push(line) } })
    order.splice(0)
    venue.exchange.attach({
      onOrderNew: () => order.push('told new'),
      onOrderTrade: () => order.push('told trade'),
      onOrderDone: () => order.push('told done'),
      onBalances: () => undefined,
      onPublicTrade: () => undefined,
      onLevel: () => undefined,
    })
    venue.place('ann buy 100 2 ioc')
    const kinds = order.map((text) => /"kind":"(\w+)"/.exec(text)?.[1] ?? text)
    const steps = kinds.filter((kind) => kind !== 'ids')
    expect(steps).toEqual(['order', 'told new', 'trade', 'told trade', 'done', 'told done'])
  })

  test('whatever prefix of the ledger survives, restoring twice gives the same as once', () => {
    const store = new Lines()
    live(store)
    fc.assert(
      fc.property(fc.nat({ max: store.lines.length }), (count) => {
        const kept = store.lines.slice(0, count)
        const added = new Lines()
        const once = openVenue('', { restoreFrom: kept, store: added })
        const twice = openVenue('', { restoreFrom: [...kept, ...added.lines] })
        expect(twice.exchange.ledger()).toEqual(once.exchange.ledger())
      }),
    )
  })
})

describe('ledger text', () => {
  test('a torn last line is dropped', () => {
    const store = new Lines()
    const before = live(store)
    const torn = [...store.lines, '{"kind":"done","orderId":3,"sta']
    const after = openVenue('', { restoreFrom: torn })
    expect(after.exchange.ledger()).toEqual(before.exchange.ledger())
  })

  test.each([
    ['not JSON', '{"kind":'],
    ['an unknown kind', '{"kind":"gift"}'],
    ['a missing field', '{"kind":"done","orderId":1}'],
    ['a wrong type', '{"kind":"done","orderId":"1","status":"filled","timeUs":0}'],
  ])('%s in the middle is refused by its line', (_what, line) => {
    const account = '{"kind":"account","account":"ann","balances":{}}'
    expect(() => openVenue('', { restoreFrom: [account, line, account] })).toThrow(
      /venue ledger line 2 cannot be read/,
    )
  })

  test.each([
    ['an unknown order', '{"kind":"done","orderId":9,"status":"cancelled","timeUs":0}', /order 9/],
    [
      'an unlisted symbol',
      '{"kind":"order","orderId":1,"account":"ann","symbol":"X/Y","clientOrderId":"c","side":0,' +
        '"type":0,"timeInForce":0,"priceUnits":1,"qtyUnits":1,"lock":"0","timeUs":0}',
      /symbol X\/Y is not listed/,
    ],
  ])('%s is refused by name', (_what, line, message) => {
    const account = '{"kind":"account","account":"ann","balances":{}}'
    expect(() => openVenue('', { restoreFrom: [account, line, account] })).toThrow(message)
  })

  test('a listing with other decimals is refused: its units would be other amounts', () => {
    const store = new Lines()
    live(store)
    const markets = [{ instrument: { ...BTC, qtyScale: 3 } }]
    expect(() => openVenue('', { restoreFrom: store.lines, markets })).toThrow(
      /BTC\/USDT was kept with 2 and 5 decimals and is now listed with 2 and 3/,
    )
  })

  test.each([
    ['a\nb\n', ['a', 'b'], 4],
    ['a\nb', ['a'], 2],
    ['torn', [], 0],
    ['', [], 0],
  ])('%j is cut behind its last newline', (text, lines, intactLength) => {
    expect(splitLedger(text)).toEqual({ lines, intactLength })
  })
})

test('a block of ids is reserved before its first id is given', () => {
  const ceilings: number[] = []
  const block: IdBlock = new IdBlock(7, () => {
    block.extend()
    ceilings.push(block.ceiling)
  })
  expect(block.next()).toBe(8)
  expect(ceilings).toEqual([7 + ID_BLOCK])
  for (let i = 1; i < ID_BLOCK; i++) block.next()
  expect(ceilings).toHaveLength(1)
  expect(block.next()).toBe(8 + ID_BLOCK)
  expect(ceilings).toHaveLength(2)
})
