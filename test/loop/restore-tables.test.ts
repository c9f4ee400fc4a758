// What a start has in its tables of what the journal tells: every figure where it belongs, in the
// scales of today's listings, under the indexes of today's configuration.
import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_S, Side } from '#core/units.ts'
import { restorePast } from '#loop/restore.ts'
import { Retention } from '#loop/retention.ts'
import type { VenueRoster } from '#loop/venue-roster.ts'
import { InstrumentTable, type InstrumentFacts } from '#market/instrument.ts'
import { feesText, FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { BTC, FINER_BTC, idOf, LONG_S, ToldJournal } from './told-journal.ts'

const NOW = monoNs(100_000 * NS_PER_S)
const ETH: InstrumentFacts = { ...BTC, symbol: 'ETH/USDT', venueSymbol: 'ETHUSDT' }
const PRESENT = { facts: [BTC], accounts: ['main'], capacity: 16 }
/** Here main's BTC has other indexes than in the journal, and more decimals. */
const REORDERED = { ...PRESENT, facts: [ETH, FINER_BTC], accounts: ['second', 'main'] }
const NO_ACCOUNT = { ...PRESENT, accounts: ['second'] }
const NO_LISTING = { ...PRESENT, facts: [ETH] }

const told = (): ToldJournal => new ToldJournal().beginWithTask()
const counts = { filledUnits: 10, cumQtyUnits: 10 }

/** The tables of a start that finds this journal, its clock going on where the journal ends. */
function start(journal: ToldJournal, { facts, accounts, capacity } = PRESENT) {
  const instruments = new InstrumentTable()
  for (const one of facts) instruments.put(one)
  const orders = new OrderTable(capacity)
  const live = new LiveOrders(orders)
  const fills = new FillLedger()
  const positions = new PositionLedger()
  const changes: string[] = []
  const truth = new OrderTruth({
    orders,
    live,
    fills,
    positions,
    instance: 1,
    taskOf: (task) => task,
    listener: {
      onOrderChanged: (order, event, reason, nowNs) => {
        const isNow = nowNs === NOW && reason === 0 && event === OrderEvent.NoAnswer
        changes.push(
          `${orders.clientIdLo(order)} ${ORDER_STATE_NAMES[orders.state(order)]} ${isNow}`,
        )
      },
      onFill: () => {},
      onNeedsQuery: () => {},
      onOwedFills: () => {},
      onAdopted: () => {},
      onAnomaly: () => {},
      onUnmatchedFill: () => {},
    },
  })
  const retention = new Retention(orders, live)
  const roster = {
    accountIndex: ({ name }: { readonly name: string }) => accounts.indexOf(name),
  } as unknown as VenueRoster
  const target = { instruments, orders, live, fills, positions, truth, retention, roster }
  restorePast(journal.past(), target, NOW, journal.wallUs)
  const find = (sequence: number): number => {
    const { clientIdHi, clientIdLo } = idOf(sequence)
    return orders.find(clientIdHi, clientIdLo)
  }
  const sums = (): string => {
    const { qtyUnits, notionalUnits, count } = fills.totals(0)
    return `${qtyUnits} for ${notionalUnits} in ${count}`
  }
  return { orders, live, fills, positions, truth, retention, changes, find, sums }
}

describe('an order that may still live', () => {
  it('comes back whole, in today’s scales and under today’s indexes', () => {
    const terms = { type: OrderType.LimitMaker, timeInForce: TimeInForce.Ioc, reduceOnly: true }
    const journal = told()
      .order(0, terms)
      .fill(0, 't1')
      .event(0, OrderState.PartiallyFilled, { ...counts, cumQtyUnits: 20, venueOrderId: '57' })
      .add('order_foreign', { ...idOf(0), foreignId: 'web_1' })
      .pass(5)
    const { orders, live, find } = start(journal, REORDERED)
    const order = find(0)
    expect([orders.task(order), orders.account(order), orders.instrument(order)]).toEqual([0, 1, 1])
    expect([orders.side(order), orders.type(order)]).toEqual([Side.Sell, OrderType.LimitMaker])
    expect([orders.timeInForce(order), orders.isReduceOnly(order)]).toEqual([TimeInForce.Ioc, true])
    expect([orders.priceUnits(order), orders.qtyUnits(order)]).toEqual([1_000, 5_000])
    expect([orders.filledUnits(order), orders.cumQtyUnits(order)]).toEqual([1_000, 2_000])
    // Nobody has written down what it was filled for in all.
    expect(orders.filledNotional(order)).toBeNaN()
    expect(orders.createdNs(order)).toBe(NOW - 5 * NS_PER_S)
    expect(orders.sentNs(order)).toBe(NOW - 5 * NS_PER_S)
    expect(orders.isAckRecorded(order)).toBe(true)
    expect(orders.findByVenueOrderId(1, 1, '57')).toBe(order)
    expect(orders.foreignId(order)).toBe('web_1')
    expect(live.exposureOfTask(0)).toBe(4_000)
  })

  it('was filled for nothing when nothing was filled', () => {
    const { orders, find } = start(told().order(0))
    expect([orders.filledUnits(find(0)), orders.filledNotional(find(0))]).toEqual([0, 0])
  })

  it('has filled what its trades add up to, when its last event is lost', () => {
    const { orders, live, find } = start(told().order(0).fill(0, 't1').fill(0, 't2'))
    expect([orders.filledUnits(find(0)), orders.cumQtyUnits(find(0))]).toEqual([20, 20])
    expect(live.exposureOfTask(0)).toBe(30)
  })

  it('is told to the journal as unknown; one that has ended is not', () => {
    const journal = told().order(0).order(1).event(1, OrderState.Cancelled, { cumQtyUnits: 10 })
    const { changes, live, find } = start(journal)
    expect(changes).toEqual(['0 unknown true'])
    expect([live.has(find(0)), live.has(find(1))]).toEqual([true, true])
  })

  it('that ended is settled by trades whose event is lost', () => {
    const owing = told().order(0).event(0, OrderState.Cancelled, { cumQtyUnits: 10 })
    expect(start(owing).live.count).toBe(1)
    expect(start(owing.fill(0, 't1')).live.count).toBe(0)
  })

  it.each([
    ['account', NO_ACCOUNT],
    ['listing', NO_LISTING],
  ])('stops a start whose configuration lacks its %s', (_name, present) => {
    expect(() => start(told().order(0), present)).toThrow(
      expect.objectContaining({
        code: 'account_missing',
        message:
          'the journal has an open order of account main on test_spot (BTC/USDT); ' +
          'put both back into the configuration until it is settled',
      }),
    )
  })

  it('stops a start whose table is too small for all', () => {
    const present = { ...PRESENT, capacity: 1 }
    expect(start(told().order(0), present).live.count).toBe(1)
    expect(() => start(told().order(0).order(1), present)).toThrow(
      expect.objectContaining({
        code: 'orders_full',
        message: 'more open orders than the table holds',
      }),
    )
  })
})

describe('an order that has ended', () => {
  it.each([
    ['is kept for late news', () => told().filled(0).pass(600), true],
    ['is not kept for ever', () => told().filled(0).pass(601), false],
  ])('%s', (_name, tell, isKept) => {
    const { find, live } = start(tell())
    expect([find(0) >= 0, live.count]).toEqual([isKept, 0])
  })

  it('is given back when its time is over, counted from the start', () => {
    const { find, retention } = start(told().filled(0).pass(500))
    retention.sweep(monoNs(NOW + 600 * NS_PER_S))
    expect(find(0)).toBe(0)
    retention.sweep(monoNs(NOW + 600 * NS_PER_S + 1))
    expect(find(0)).toBe(-1)
  })

  it.each([
    ['all of them when there is room', 16, [2, 3, 4, 5, 6]],
    ['the latest in the room that is left', 8, [3, 4, 5, 6]],
    ['none where there is none', 3, []],
    ['none where those that live need more', 2, []],
  ])('is kept beside those that live: %s', (_name, capacity, kept) => {
    const journal = told().order(0).order(1)
    for (const sequence of [2, 3, 4, 5, 6]) journal.filled(sequence)
    const { orders, live, find } = start(journal, { ...PRESENT, capacity })
    expect([2, 3, 4, 5, 6].filter((sequence) => find(sequence) >= 0)).toEqual(kept)
    expect([orders.count, live.count]).toEqual([kept.length + 2, 2])
  })

  it.each([
    ['account', NO_ACCOUNT],
    ['listing', NO_LISTING],
  ])('is left out where its %s is gone', (_name, present) => {
    const { orders, fills, positions } = start(told().filled(0), present)
    expect([orders.count, fills.count, positions.netUnits(0, 0)]).toEqual([0, 0, 0])
  })
})

describe('a fill', () => {
  it('is in ledger, sums and position', () => {
    const fee = { fee: '0.25', feeAsset: 'BNB' }
    const { fills, positions, sums } = start(told().order(0).fill(0, 't1', fee), REORDERED)
    expect(fills.knows(1, 1, 't1')).toBe(true)
    expect(sums()).toBe('1000 for 1000000 in 1')
    expect(feesText(fills.totals(0))).toEqual({ BNB: '0.25' })
    expect([positions.netUnits(1, 1), positions.netUnits(0, 0)]).toEqual([-1_000, 0])
  })

  it('that was written twice counts once', () => {
    const { positions, sums } = start(told().order(0).fill(0, 't1').fill(0, 't1'))
    expect([sums(), positions.netUnits(0, 0)]).toEqual(['10 for 1000 in 1', -10])
  })

  it.each([
    ['stands in for trades while it is provisional', true],
    ['else stands for itself', false],
  ])('%s', (_name, provisional) => {
    const journal = told().order(0).fill(0, '~t1', { provisional, side: Side.Buy })
    const { truth, find, positions } = start(journal)
    expect(truth.isProvisional(find(0))).toBe(provisional)
    expect(positions.netUnits(0, 0)).toBe(10)
  })
})

const forgotten = (): ToldJournal => told().filled(0).pass(LONG_S).stamp()

describe('what was forgotten', () => {
  it('is in sums and position, in today’s scales', () => {
    const here = start(forgotten())
    expect([here.sums(), here.positions.netUnits(0, 0)]).toEqual(['10 for 1000 in 1', -10])
    expect(here.fills.knows(0, 0, 't0')).toBe(false)
    const there = start(forgotten(), REORDERED)
    expect(there.sums()).toBe('1000 for 1000000 in 1')
    expect([there.positions.netUnits(1, 1), there.positions.netUnits(0, 0)]).toEqual([-1_000, 0])
  })

  it.each([
    ['a task’s own sums where its account is gone', NO_ACCOUNT, '10 for 1000 in 1'],
    ['nothing where its listing is gone', NO_LISTING, '0 for 0 in 0'],
  ])('leaves %s', (_name, present, expected) => {
    const { sums, positions } = start(forgotten(), present)
    expect([sums(), positions.netUnits(0, 0)]).toEqual([expected, 0])
    // Nor is it counted for an account that nobody has.
    expect(positions.netUnits(-1, 0)).toBe(0)
  })
})

describe('a listing', () => {
  it.each([
    ['prices', { ...BTC, priceScale: 1 }],
    ['quantities', { ...BTC, qtyScale: 4 }],
  ])('whose %s have fewer decimals than the journal’s is refused', (_name, facts) => {
    expect(() => start(told().order(0), { ...PRESENT, facts: [facts] })).toThrow(
      expect.objectContaining({
        code: 'scale_shrank',
        message:
          'test_spot BTC/USDT is listed with fewer decimals than the journal has; ' +
          'finish with the old journal elsewhere, or begin anew with --fresh',
      }),
    )
  })
})
