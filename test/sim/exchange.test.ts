import { describe, expect, test } from 'vitest'
import { Side } from '#core/units.ts'
import { RejectReason, REJECT_REASON_NAMES } from '#order/order-codes.ts'
import { balanceText, bookText, BTC, openVenue, requestOf } from './exchange-kit.ts'

const BOOK = `
  sell 100.03 3
  sell 100.02 2
  sell 100.01 1
  buy  99.99 1
  buy  99.98 2
`
const NO_FEES = { fees: { maker: 0, taker: 0 } }

describe('an order that rests', () => {
  test('shows in the public book, locks its cost, and gives both back when cancelled', () => {
    const { exchange, place, cancel, tape } = openVenue(BOOK)
    place('ann buy 99.99 0.5')
    expect(bookText(exchange)).toContain('buy 99.99 1.5')
    expect(tape.take()).toEqual([
      'new c1',
      'balances ann USDT 999950.005+49.995',
      'level buy 99.99 1.5 u6',
    ])
    expect(cancel('ann', 'c1')).toMatchObject({ status: 'cancelled' })
    expect(tape.take()).toEqual([
      'done c1 cancelled',
      'balances ann USDT 1000000+0',
      'level buy 99.99 1 u7',
    ])
    expect(exchange.depth(BTC.symbol, 1).lastUpdateId).toBe(7)
  })

  test('waits for the quantity displayed before it came', () => {
    const { market, place, tape } = openVenue(BOOK)
    place('ann sell 100.01 0.5')
    market.show('sell 100.01 4')
    tape.take()
    expect(market.take(Side.Buy, '100.01', '1')).toBe('1')
    expect(tape.take('fill')).toEqual([])
    market.take(Side.Buy, '100.01', '0.7')
    expect(tape.take()).toEqual([
      'fill c1 0.5@100.01 #2 maker filled',
      'balances ann BTC 99.5+0, USDT 1000049.954995+0',
      'trade 0.5@100.01 #2 buy',
      'trade 0.2@100.01 #3 buy',
      'level sell 100.01 2.8 u9',
    ])
  })

  test('first come, first served, over accounts', () => {
    const { market, place, tape } = openVenue('')
    place('ann sell 100 0.3')
    place('bob sell 100 0.3')
    place('ann sell 99.99 0.1')
    market.take(Side.Buy, '100', '0.5')
    expect(tape.take('fill').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'fill c3 0.1@99.99',
      'fill c1 0.3@100',
      'fill c2 0.1@100',
    ])
  })
})

describe('an order that crosses', () => {
  test('takes level by level at their prices and rests with what is left', () => {
    const { exchange, place, tape } = openVenue(BOOK, NO_FEES)
    place('ann buy 100.02 4')
    expect(tape.take('fill', 'trade', 'level')).toEqual([
      'fill c1 1@100.01 #1 taker partially_filled',
      'trade 1@100.01 #1 buy',
      'level sell 100.01 0 u6',
      'fill c1 2@100.02 #2 taker partially_filled',
      'trade 2@100.02 #2 buy',
      'level sell 100.02 0 u7',
      'level buy 100.02 1 u8',
    ])
    expect(bookText(exchange).slice(0, 2)).toEqual(['sell 100.03 3', 'buy 100.02 1'])
    // Paid 100.01 + 200.04 and holds 100.02 for the rest: the better price came back.
    expect(balanceText(exchange, 'ann')).toBe('BTC 103+0, USDT 999599.93+100.02')
  })

  test('fees are taken from what each side receives', () => {
    const { exchange, place } = openVenue('')
    place('bob sell 100 1')
    place('ann buy 100 1')
    expect(balanceText(exchange, 'ann')).toBe('BTC 100.999+0, USDT 999900+0')
    expect(balanceText(exchange, 'bob')).toBe('BTC 99+0, USDT 1000099.9+0')
    expect(exchange.trades('ann', BTC.symbol)).toMatchObject([
      { tradeId: 1, fee: '0.001', feeAsset: 'BTC', isMaker: false },
    ])
    expect(exchange.trades('bob', BTC.symbol)).toMatchObject([
      { tradeId: 1, fee: '0.1', feeAsset: 'USDT', isMaker: true },
    ])
  })

  test.each([
    ['ioc', 'ann buy 100.01 2.5 ioc', 'expired', 1],
    ['ioc that reaches nothing', 'ann buy 100 2.5 ioc', 'expired', 0],
    ['fok that fits', 'ann buy 100.02 3 fok', 'filled', 3],
    ['fok that does not', 'ann buy 100.02 3.00001 fok', 'expired', 0],
    ['market', 'ann buy 0 4 market', 'filled', 4],
    ['market beyond the book', 'ann sell 0 4 market', 'expired', 3],
  ])('%s', (_how, text, status, filled) => {
    const { exchange, place } = openVenue(BOOK, NO_FEES)
    expect(place(text)).toMatchObject({ status, filledUnits: filled * 100_000 })
    expect(exchange.openOrders('ann')).toEqual([])
    expect(balanceText(exchange, 'ann')).toMatch(/^BTC [\d.]+\+0, USDT [\d.]+\+0$/)
  })

  test('meets its own account: the maker expires, the next one trades', () => {
    const { place, tape } = openVenue('', NO_FEES)
    place('ann sell 100 1')
    place('bob sell 100 1')
    tape.take()
    place('ann buy 100 1')
    expect(tape.take('done', 'fill')).toEqual([
      'done c1 expired',
      'fill c2 1@100 #1 maker filled',
      'fill c3 1@100 #1 taker filled',
    ])
  })

  test('fok counts no quantity of its own account', () => {
    const { place, exchange } = openVenue('')
    place('ann sell 100 1')
    expect(place('ann buy 100 1 fok')).toMatchObject({ status: 'expired' })
    expect(exchange.openOrders('ann')).toHaveLength(1)
  })
})

describe('a market that moves', () => {
  test('through an order fills it at its price and leaves no crossed book', () => {
    const { exchange, market, place, tape } = openVenue(BOOK)
    place('ann sell 100 0.4')
    tape.take()
    market.show('buy 100.02 1')
    expect(tape.take('fill', 'trade')).toEqual([
      'fill c1 0.4@100 #1 maker filled',
      'trade 0.4@100 #1 buy',
    ])
    expect(bookText(exchange)).toContain('buy 100.02 0.6')
  })

  test('with less than the order leaves the rest resting, uncrossed', () => {
    const { exchange, market, place } = openVenue('sell 100.05 1')
    place('ann sell 100 0.4')
    market.show('buy 100.02 0.1')
    expect(bookText(exchange)).toEqual(['sell 100.05 1', 'sell 100 0.3'])
  })

  test('prints a recorded trade whole, ours out of it', () => {
    const { market, place, tape } = openVenue('buy 99.99 1')
    place('ann buy 99.99 0.5')
    place('bob buy 100 0.1')
    tape.take()
    market.print(Side.Sell, '99.99', '1.3')
    expect(tape.take('fill', 'trade')).toEqual([
      'fill c2 0.1@100 #1 maker filled',
      'trade 0.1@100 #1 sell',
      'fill c1 0.2@99.99 #2 maker partially_filled',
      'trade 0.2@99.99 #2 sell',
      'trade 1@99.99 #3 sell',
    ])
  })

  test('prints a trade beyond everything displayed', () => {
    const { market, tape } = openVenue('buy 99.99 1')
    market.print(Side.Sell, '99.50', '2')
    expect(tape.take()).toEqual(['trade 2@99.5 #1 sell'])
  })
})

describe('refusals', () => {
  const HALTED = { markets: [{ instrument: { ...BTC, status: 'HALT' as const } }] }
  const COARSE = {
    markets: [
      { instrument: { ...BTC, tickUnits: 5, lotUnits: 10, minQtyUnits: 100, maxQtyUnits: 1_000 } },
    ],
  }

  test.each([
    ['ann buy 0 1', 'invalid_price', 'Filter failure: PRICE_FILTER', {}],
    ['ann buy 100.01 0.005', 'invalid_price', 'Filter failure: PRICE_FILTER', COARSE],
    ['ann buy 100 0', 'invalid_qty', 'Filter failure: LOT_SIZE', {}],
    ['ann buy 100 0.00505', 'invalid_qty', 'Filter failure: LOT_SIZE', COARSE],
    ['ann buy 100 0.0009', 'invalid_qty', 'Filter failure: LOT_SIZE', COARSE],
    ['ann buy 100 0.0101', 'invalid_qty', 'Filter failure: LOT_SIZE', COARSE],
    ['ann buy 100 0.04999', 'invalid_notional', 'Filter failure: NOTIONAL', {}],
    ['ann buy 0 0.04 market', 'invalid_notional', 'Filter failure: NOTIONAL', {}],
    [
      'ann buy 100 10001',
      'insufficient_balance',
      'Account has insufficient balance for requested action.',
      { markets: [{ instrument: { ...BTC, maxQtyUnits: Number.MAX_SAFE_INTEGER } }] },
    ],
    [
      'ann sell 100 100.00001',
      'insufficient_balance',
      'Account has insufficient balance for requested action.',
      {},
    ],
    [
      'ann buy 100.01 1 post',
      'post_only_would_take',
      'Order would immediately match and take.',
      {},
    ],
    ['ann buy 100 1', 'market_closed', 'Market is closed.', HALTED],
    ['eve buy 100 1', 'auth', 'This symbol is not permitted for this account.', {}],
  ])('%s: %s', (text, reason, message, options) => {
    const { exchange, place, tape } = openVenue('markets' in options ? '' : BOOK, options)
    const refusal = place(text)
    expect(refusal).toEqual({ reason: REJECT_REASON_NAMES.indexOf(reason as never), text: message })
    expect(tape.take()).toEqual([])
    expect(exchange.ledger()).toMatchObject({ orders: [], trades: [] })
  })

  test('a client id is taken while its order is open, and free afterwards', () => {
    const { exchange, cancel } = openVenue('')
    exchange.place(requestOf('ann buy 99 1', 'same'), 0)
    const again = exchange.place(requestOf('ann buy 98 1', 'same'), 0)
    expect(again).toEqual({ reason: RejectReason.DuplicateClientId, text: 'Duplicate order sent.' })
    expect(exchange.place(requestOf('bob buy 98 1', 'same'), 0)).toMatchObject({ status: 'new' })
    cancel('ann', 'same')
    expect(exchange.place(requestOf('ann buy 98 1', 'same'), 0)).toMatchObject({ orderId: 3 })
    expect(exchange.order('ann', BTC.symbol, { clientOrderId: 'same' })?.orderId).toBe(3)
    expect(exchange.order('ann', BTC.symbol, { orderId: 1 })?.status).toBe('cancelled')
  })

  test('what is not open, or not yours, cannot be cancelled', () => {
    const { exchange, place, cancel } = openVenue('')
    place('ann buy 99 1')
    const unknown = { reason: RejectReason.UnknownOrder, text: 'Unknown order sent.' }
    expect(cancel('bob', 'c1')).toEqual(unknown)
    expect(exchange.cancel('bob', BTC.symbol, { orderId: 1 }, 0)).toEqual(unknown)
    cancel('ann', 'c1')
    expect(cancel('ann', 'c1')).toEqual(unknown)
    expect(cancel('ann', 'never')).toEqual(unknown)
  })

  test('a halt refuses orders and still cancels', () => {
    const { exchange, place, cancel } = openVenue('')
    place('ann buy 99 1')
    exchange.setStatus(BTC.symbol, 'HALT')
    expect(place('ann buy 98 1')).toMatchObject({ reason: RejectReason.MarketClosed })
    expect(cancel('ann', 'c1')).toMatchObject({ status: 'cancelled' })
    expect(() => exchange.setStatus('ETH/USDT', 'HALT')).toThrow(/ETH\/USDT is not listed/)
  })

  test('an unlisted symbol is refused, not thrown', () => {
    const { exchange } = openVenue('')
    const request = { ...requestOf('ann buy 99 1', 'c1'), symbol: 'ETH/USDT' }
    expect(exchange.place(request, 0)).toMatchObject({ text: 'Invalid symbol.' })
  })
})

test('the ledger is plain JSON with decimal texts', () => {
  const { exchange, place } = openVenue('sell 100.01 1', NO_FEES)
  place('ann buy 100.01 1.5')
  const copy: unknown = JSON.parse(JSON.stringify(exchange.ledger()))
  expect(copy).toEqual(exchange.ledger())
  expect(copy).toMatchObject({
    orders: [
      {
        clientOrderId: 'c1',
        side: 'buy',
        type: 'limit',
        timeInForce: 'gtc',
        price: '100.01',
        qty: '1.5',
        filled: '1',
        quote: '100.01',
        status: 'partially_filled',
      },
    ],
    trades: [{ tradeId: 1, orderId: 1, price: '100.01', qty: '1', fee: '0', feeAsset: 'BTC' }],
    balances: { ann: { BTC: { free: '101', locked: '0' } }, bob: { BTC: { free: '100' } } },
  })
})
