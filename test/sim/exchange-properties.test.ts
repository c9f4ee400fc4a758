import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Side } from '#core/units.ts'
import { moneyFromText } from '#sim/accounts.ts'
import type { SimOrder, SimTrade } from '#sim/exchange-types.ts'
import { balanceText, bookText, BTC, openVenue, RICH, type Venue } from './exchange-kit.ts'

// Prices crowd around 100 and quantities are few, so that orders meet, queue and split often.
const priceText = fc.integer({ min: 9_995, max: 10_005 }).map((units) => (units / 100).toFixed(2))
const qtyText = fc.integer({ min: 5, max: 60 }).map((units) => (units / 100).toFixed(2))
const account = fc.constantFrom('ann', 'bob')
const side = fc.constantFrom('buy', 'sell')
const how = fc.constantFrom('', '', '', '', 'ioc', 'fok', 'post', 'market')

type Action = (venue: Venue) => void
const action: fc.Arbitrary<Action> = fc.oneof(
  fc
    .tuple(account, side, priceText, qtyText, how)
    .map((words) => (venue: Venue) => void venue.place(words.join(' '))),
  fc.tuple(account, fc.nat({ max: 30 })).map(
    ([name, index]) =>
      (venue: Venue) =>
        void venue.cancel(name, `c${index}`),
  ),
  fc.tuple(side, priceText, fc.integer({ min: 0, max: 80 })).map(
    ([name, at, units]) =>
      (venue: Venue) =>
        showUncrossed(venue, name, at, units),
  ),
  fc.tuple(side, priceText, qtyText).map(
    ([name, at, units]) =>
      (venue: Venue) =>
        void venue.market.take(sideOf(name), at, units),
  ),
  fc.tuple(side, priceText, qtyText).map(
    ([name, at, units]) =>
      (venue: Venue) =>
        venue.market.print(sideOf(name), at, units),
  ),
)
const flow = fc.array(action, { minLength: 1, maxLength: 60 })

// Small orders of two accounts at one price, and takers that reach into their queue.
const queueing = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: account.map((name) => place(`${name} sell 100.00 0.30`)) },
    { weight: 1, arbitrary: qtyText.map((units) => showAt(units)) },
    {
      weight: 2,
      arbitrary: qtyText.map(
        (units): Action =>
          (venue) =>
            void venue.market.take(Side.Buy, '100.00', units),
      ),
    },
  ),
  { minLength: 1, maxLength: 40 },
)

test('whatever happens, money is conserved and no balance is negative', () => {
  fc.assert(
    fc.property(flow, (actions) => {
      const venue = openVenue('')
      for (const act of actions) act(venue)
      for (const name of ['ann', 'bob']) expectBalancesFromTrades(venue, name)
    }),
  )
})

test('whatever happens, an order fills at its price or better, never beyond its quantity', () => {
  fc.assert(
    fc.property(flow, (actions) => {
      const venue = openVenue('')
      for (const act of actions) act(venue)
      for (const order of ordersOf(venue)) expectHonestFills(venue, order)
    }),
  )
})

test('whatever happens, the book is never crossed and shows what the orders say', () => {
  fc.assert(
    fc.property(flow, (actions) => {
      const venue = openVenue('')
      for (const act of actions) {
        act(venue)
        const { bids, asks } = venue.exchange.depth(BTC.symbol, 1)
        const [bid] = bids
        const [ask] = asks
        if (bid !== undefined && ask !== undefined) expect(bid[0]).toBeLessThan(ask[0])
        expectOrdersDisplayed(venue)
      }
    }),
  )
})

test('whatever happens, an order never fills while one before it at its price still waits', () => {
  fc.assert(
    fc.property(fc.oneof(flow, queueing), (actions) => {
      const venue = openVenue('')
      for (const act of actions) {
        const before = restingByPrice(venue)
        act(venue)
        for (const queue of before.values()) expectServedInOrder(queue)
      }
    }),
  )
})

test('whatever happens, levels told one by one build the book that depth shows', () => {
  fc.assert(
    fc.property(flow, (actions) => {
      const venue = openVenue('')
      const told = new Map<string, string>()
      let updateId = 0
      for (const act of actions) {
        act(venue)
        for (const line of venue.tape.take('level')) {
          const [, name = '', at = '', units = '', id = ''] = line.split(' ')
          updateId++
          expect(id).toBe(`u${updateId}`)
          if (units === '0') told.delete(`${name} ${at}`)
          else told.set(`${name} ${at}`, units)
        }
      }
      const rows = [...told].map(([level, units]) => `${level} ${units}`)
      expect(rows.toSorted()).toEqual(bookText(venue.exchange).toSorted())
      expect(venue.exchange.depth(BTC.symbol, 1).lastUpdateId).toBe(updateId)
    }),
  )
})

test('the same flow gives the same tape', () => {
  fc.assert(
    fc.property(flow, (actions) => {
      const tapes = [openVenue(''), openVenue('')].map((venue) => {
        for (const act of actions) act(venue)
        return [...venue.tape.lines, balanceText(venue.exchange, 'ann')]
      })
      expect(tapes[0]).toEqual(tapes[1])
    }),
  )
})

const place =
  (text: string): Action =>
  (venue) =>
    void venue.place(text)

const showAt =
  (units: string): Action =>
  (venue) =>
    venue.market.show(`sell 100.00 ${units}`)

const money = (text: string): bigint => moneyFromText(text, 'test')

const sideOf = (name: string): Side => (name === 'buy' ? Side.Buy : Side.Sell)

/** A source never shows quantity that crosses quantity it shows on the other side. */
function showUncrossed(venue: Venue, name: string, at: string, units: number): void {
  const isBuy = name === 'buy'
  const other = venue.market.desk.bestMarketPrice(isBuy ? Side.Sell : Side.Buy)
  const atUnits = Math.round(Number(at) * 100)
  if (other !== undefined && (isBuy ? atUnits >= other : atUnits <= other)) return
  venue.market.show(`${name} ${at} ${(units / 100).toFixed(2)}`)
}

const ordersOf = (venue: Venue): SimOrder[] =>
  ['ann', 'bob'].flatMap((name) => [...venue.exchange.orders(name, BTC.symbol)])

/** Balances recomputed from the fills alone, and locks from the open orders alone. */
function expectBalancesFromTrades({ exchange }: Venue, name: string): void {
  const total = new Map([
    ['BTC', money(RICH.BTC)],
    ['USDT', money(RICH.USDT)],
  ])
  const add = (asset: string, units: bigint): void => {
    total.set(asset, (total.get(asset) ?? 0n) + units)
  }
  for (const trade of exchange.trades(name, BTC.symbol)) {
    const sign = trade.side === Side.Buy ? 1n : -1n
    add('BTC', sign * BigInt(trade.qtyUnits) * 10n ** 11n)
    add('USDT', -sign * BigInt(trade.priceUnits) * BigInt(trade.qtyUnits) * 10n ** 9n)
    add(trade.feeAsset, -money(trade.fee))
  }
  const locked = new Map<string, bigint>()
  for (const order of exchange.openOrders(name)) {
    const leaves = BigInt(order.qtyUnits - order.filledUnits)
    const isBuy = order.side === Side.Buy
    const asset = isBuy ? 'USDT' : 'BTC'
    const cost = isBuy ? BigInt(order.priceUnits) * leaves * 10n ** 9n : leaves * 10n ** 11n
    locked.set(asset, (locked.get(asset) ?? 0n) + cost)
  }
  for (const balance of exchange.balances(name)) {
    // moneyFromText refuses a negative amount, so that parsing is the check.
    expect(money(balance.free) + money(balance.locked)).toBe(total.get(balance.asset))
    expect(money(balance.locked)).toBe(locked.get(balance.asset) ?? 0n)
  }
}

function expectHonestFills({ exchange }: Venue, order: SimOrder): void {
  const trades: SimTrade[] = exchange
    .trades(order.account, order.symbol)
    .filter((trade) => trade.orderId === order.orderId)
  const filled = trades.reduce((sum, trade) => sum + trade.qtyUnits, 0)
  expect(filled).toBe(order.filledUnits)
  expect(filled).toBeLessThanOrEqual(order.qtyUnits)
  expect(order.status === 'filled').toBe(filled === order.qtyUnits)
  for (const { priceUnits } of trades) {
    const isMarket = order.priceUnits === 0
    const isWithin =
      order.side === Side.Buy ? priceUnits <= order.priceUnits : priceUnits >= order.priceUnits
    expect(isMarket || isWithin).toBe(true)
  }
}

function expectOrdersDisplayed({ exchange }: Venue): void {
  const { bids, asks } = exchange.depth(BTC.symbol, 1_000)
  const shown = [new Map(bids), new Map(asks)] as const
  for (const name of ['ann', 'bob']) {
    for (const order of exchange.openOrders(name)) {
      const units = shown[order.side].get(order.priceUnits) ?? 0
      expect(units).toBeGreaterThanOrEqual(order.qtyUnits - order.filledUnits)
    }
  }
}

interface Waiting {
  readonly order: SimOrder
  readonly filledUnits: number
}

function restingByPrice({ exchange }: Venue): Map<string, Waiting[]> {
  const open = ['ann', 'bob'].flatMap((name) => [...exchange.openOrders(name)])
  const queues = new Map<string, Waiting[]>()
  for (const order of open.toSorted((a, b) => a.orderId - b.orderId)) {
    const key = `${order.side} ${order.priceUnits}`
    const queue = queues.get(key) ?? []
    queue.push({ order, filledUnits: order.filledUnits })
    queues.set(key, queue)
  }
  return queues
}

function expectServedInOrder(queue: readonly Waiting[]): void {
  let isEarlierWaiting = false
  for (const { order, filledUnits } of queue) {
    const isServed = order.filledUnits > filledUnits
    expect(isServed && isEarlierWaiting).toBe(false)
    if (order.status === 'new' || order.status === 'partially_filled') isEarlierWaiting = true
  }
}
