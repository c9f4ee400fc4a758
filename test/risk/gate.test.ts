import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textFromUnits } from '#core/decimal.ts'
import { monoNs, NS_PER_S, qtyUnits, Side } from '#core/units.ts'
import { OrderState } from '#order/order-state.ts'
import { gateBench, NOW } from './gate-bench.ts'

const BTC = 0
const ETH = 1

describe('the risk gate', () => {
  it('admits an ordinary order', () => {
    const { gate, check, world } = gateBench()
    expect(check('buy 0.1 @ 60000')).toBe('ok')
    expect(gate.refusal.text).toBe('none: 0 against a limit of 0')
    expect(world.asked).toEqual([[BTC, NOW, 5 * NS_PER_S]])
  })

  it('places nothing on a book that is stale or has an empty side', () => {
    const { answer, world } = gateBench()
    world.mids[ETH] = '0'
    expect(answer('buy 1 @ 2000 of ETH/USDT')).toBe('not_ready stale_book 0 / 0')
    expect(answer('buy 0.1 @ 60000')).toBe('ok')
    world.isTradable = false
    expect(answer('buy 0.1 @ 60000')).toBe('not_ready stale_book 0 / 5000000000')
  })

  it('places nothing at all when halted', () => {
    const { gate, answer } = gateBench()
    gate.halted = true
    expect(answer('buy 0.1 @ 60000')).toBe('not_ready halted 1 / 0')
    gate.halted = false
    expect(answer('buy 0.1 @ 60000')).toBe('ok')
  })

  it('places nothing while the kill switch is engaged', () => {
    const { gate, answer } = gateBench()
    gate.killSwitch.engage({ origin: 'cli', who: 'alice', reason: 'a wrong price' }, NOW)
    expect(answer('buy 0.1 @ 60000')).toBe('not_ready kill_switch 1 / 0')
    gate.killSwitch.release()
    expect(answer('buy 0.1 @ 60000')).toBe('ok')
  })

  it('names rule, limit and value', () => {
    const { gate, check, stand } = gateBench({ maxOpenOrders: 1 })
    stand('sell 0.1 @ 61000')
    expect(check('buy 0.1 @ 60000')).toBe('max_open_orders')
    expect(gate.refusal.text).toBe('max_open_orders: 1 against a limit of 1')
  })
})

describe('what a task may do', () => {
  it('never lets a task exceed its total, whatever the task believes', () => {
    const { answer, stand, world } = gateBench()
    world.totals.set(0, 100_000)
    world.filled.set(0, 50_000)
    stand('buy 0.2 @ 59000')
    expect(answer('buy 0.3 @ 60000')).toBe('ok')
    expect(answer('buy 0.30001 @ 60000')).toBe('refused task_total 100001 / 100000')
    expect(answer('buy 0.30001 @ 60000 for task 1')).toBe('ok')
  })

  it('freezes a task where it has an order in unknown, and there alone', () => {
    const { answer, stand } = gateBench()
    stand('buy 0.1 @ 59000', OrderState.Open)
    stand('buy 0.1 @ 59000', OrderState.Unknown)
    stand('buy 0.1 @ 59000', OrderState.Open)
    expect(answer('buy 0.1 @ 60000')).toBe('not_ready unknown_order 1 / 0')
    expect(answer('buy 0.1 @ 60000 for task 1')).toBe('ok')
    expect(answer('buy 0.1 @ 60000 on account 1')).toBe('ok')
    expect(answer('buy 1 @ 2000 of ETH/USDT')).toBe('ok')
  })
})

describe('max_order_notional', () => {
  it.each([
    ['buy 1.6666 @ 60000', 'ok'],
    ['buy 1.6667 @ 60000', 'refused max_order_notional 100002 / 100000'],
    ['sell 1.6667 @ 60000', 'refused max_order_notional 100002 / 100000'],
    ['buy 49.999 @ 2000 of ETH/USDT', 'ok'],
    ['buy 50.001 @ 2000 of ETH/USDT', 'refused max_order_notional 100002 / 100000'],
  ])('of 100000: %s is %s', (order, answer) => {
    expect(gateBench({ maxOrderNotional: '100000' }).answer(order)).toBe(answer)
  })

  it('refuses what is above it by the last digit, although doubles cannot tell', () => {
    const quantities = fc.integer({ min: 890_000_000, max: 900_000_000 })
    fc.assert(
      fc.property(quantities, fc.integer({ min: 5_990_001, max: 6_010_001 }), (qty, price) => {
        const justBelow = textFromUnits(BigInt(qty) * BigInt(price) - 1n, 7)
        const { check } = gateBench({ maxOrderNotional: justBelow })
        const order = `buy ${textFromUnits(qty, 5)} @ ${textFromUnits(price, 2)}`
        expect(check(order)).toBe('max_order_notional')
      }),
    )
  })
})

describe('max_position', () => {
  const settings = { maxPosition: { 'BTC/USDT': '1' } }

  it('counts fills, everything open, and the order itself', () => {
    const { answer, stand, positions } = gateBench(settings)
    positions.bookFill(0, BTC, Side.Buy, qtyUnits(40_000))
    stand('buy 0.3 @ 59000')
    expect(answer('buy 0.3 @ 60000')).toBe('ok')
    expect(answer('buy 0.30001 @ 60000')).toBe('refused max_position 100001 / 100000')
    // A sale reduces a long position: 0.4 down to −1 leaves room for 1.4.
    expect(answer('sell 1.4 @ 60001')).toBe('ok')
    expect(answer('sell 1.40001 @ 60001')).toBe('refused max_position 100001 / 100000')
  })

  it('is counted apart for each account and symbol', () => {
    const { check, stand, positions } = gateBench(settings)
    positions.bookFill(1, BTC, Side.Buy, qtyUnits(100_000))
    positions.bookFill(0, ETH, Side.Buy, qtyUnits(100_000))
    stand('buy 1 @ 59000 on account 1')
    stand('buy 100 @ 1990 of ETH/USDT')
    expect(check('buy 1 @ 60000')).toBe('ok')
    expect(check('buy 0.00001 @ 60000 on account 1')).toBe('max_position')
    expect(check('buy 1000 @ 2000 of ETH/USDT')).toBe('ok')
  })
})

describe('the balance', () => {
  it.each([
    ['buy 0.2 @ 60000', 'ok'],
    ['buy 0.20001 @ 60000', 'refused balance 12000.6 / 12000'],
    // Below its price a buy costs less, and another account's money is not ours.
    ['buy 0.20001 @ 59990', 'ok'],
    ['buy 0.20001 @ 60000 on account 1', 'ok'],
    ['sell 0.8 @ 60000', 'ok'],
    ['sell 0.80001 @ 60000', 'refused balance 0.80001 / 0.8'],
    // The venue has not said how much ETH there is.
    ['sell 1000 @ 2000 of ETH/USDT', 'ok'],
    ['buy 6 @ 2000 of ETH/USDT', 'ok'],
    ['buy 6.001 @ 2000 of ETH/USDT', 'refused balance 12002 / 12000'],
  ])('of 12000 USDT and 0.8 BTC: %s is %s', (order, answer) => {
    const bench = gateBench()
    bench.positions.setBalance(0, 'USDT', '5000', '7000')
    // As doubles 0.7 and 0.1 are less than 0.8: the last digits are the venue's to judge.
    bench.positions.setBalance(0, 'BTC', '0.7', '0.1')
    expect(bench.answer(order)).toBe(answer)
  })

  it('covers what is open on the same side as well, free or locked', () => {
    const { answer, stand, positions } = gateBench()
    positions.setBalance(0, 'USDT', '0', '12000')
    stand('buy 0.1 @ 60000')
    stand('sell 5 @ 61000')
    expect(answer('buy 0.1 @ 59999')).toBe('ok')
    expect(answer('buy 0.2 @ 59999')).toBe('refused balance 17999.7 / 12000')
  })
})

describe('the price collar', () => {
  it.each([
    ['buy 0.1 @ 63000', 'ok'],
    ['buy 0.1 @ 63001', 'refused price_collar 500.16667 / 500'],
    ['buy 0.1 @ 57000', 'ok'],
    ['sell 0.1 @ 57000', 'ok'],
    ['sell 0.1 @ 56999', 'refused price_collar 500.16667 / 500'],
    ['sell 0.1 @ 63001', 'refused price_collar 500.16667 / 500'],
    ['buy 1 @ 2100 of ETH/USDT', 'ok'],
    ['buy 1 @ 2101 of ETH/USDT', 'refused price_collar 505 / 500'],
  ])('of 500 bps is refused, not clipped: %s is %s', (order, answer) => {
    expect(gateBench().answer(order)).toBe(answer)
  })
})

describe('never trades with ourselves', () => {
  it.each([
    ['sell 0.1 @ 60010', 'buy 0.1 @ 60009.99', 'ok'],
    ['sell 0.1 @ 60010', 'buy 0.1 @ 60010', 'refused self_cross 6001000 / 6001000'],
    ['sell 0.1 @ 60010', 'buy 0.1 @ 60020', 'refused self_cross 6002000 / 6001000'],
    ['buy 0.1 @ 59990', 'sell 0.1 @ 59990.01', 'ok'],
    ['buy 0.1 @ 59990', 'sell 0.1 @ 59990', 'refused self_cross 5999000 / 5999000'],
    ['buy 0.1 @ 59990', 'sell 0.1 @ 59980', 'refused self_cross 5998000 / 5999000'],
    ['buy 0.1 @ 60010', 'buy 0.1 @ 60020', 'ok'],
    ['sell 0.1 @ 60010 on account 1', 'buy 0.1 @ 60020', 'ok'],
    ['sell 0.1 @ 60010 for task 1', 'buy 0.1 @ 60020', 'refused self_cross 6002000 / 6001000'],
    ['sell 1 @ 2000 of ETH/USDT', 'buy 0.1 @ 60020', 'ok'],
  ])('%s stands: %s is %s', (standing, order, answer) => {
    const bench = gateBench()
    bench.stand(standing)
    bench.stand('sell 0.1 @ 62000')
    bench.stand('buy 0.1 @ 58000')
    expect(bench.answer(order)).toBe(answer)
  })
})

describe('how many orders', () => {
  it('may be open at once', () => {
    const { answer, stand } = gateBench({ maxOpenOrders: 2 })
    stand('sell 0.1 @ 61000')
    expect(answer('buy 0.1 @ 60000')).toBe('ok')
    stand('sell 0.1 @ 61000 of BTC/USDT on account 1 for task 1')
    expect(answer('buy 0.1 @ 60000')).toBe('rate_limited max_open_orders 2 / 2')
  })

  it('may be sent in any second, counting what was sent and not what was asked', () => {
    const { gate, answer, check } = gateBench({ ordersPerSecond: 2 })
    gate.sent(NOW)
    expect([answer('buy 0.1 @ 60000'), answer('buy 0.1 @ 60000')]).toEqual(['ok', 'ok'])
    gate.sent(monoNs(NOW + 0.5 * NS_PER_S))
    expect(check('buy 0.1 @ 60000', monoNs(NOW + NS_PER_S - 1))).toBe('orders_per_second')
    expect(gate.refusal.text).toBe('orders_per_second: 2 against a limit of 2')
    expect(answer('buy 0.1 @ 60000')).toBe('rate_limited orders_per_second 2 / 2')
    expect(check('buy 0.1 @ 60000', monoNs(NOW + NS_PER_S))).toBe('ok')
  })
})
