// A READY account is held against its venue at a slow pace; what differs is asked for, told once,
// and never acted upon unproved.
import { describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { AccountCheck } from '#loop/account-check.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { FakeAccount } from './fake-account.ts'

const START_NS = monoNs(100 * NS_PER_S)

function bench(instruments = [0]) {
  const orders = new OrderTable(16)
  const live = new LiveOrders(orders)
  const timers = new TimerWheel(64)
  const tokens = new ListingTokens()
  const account = new FakeAccount(orders)
  const told: string[] = []
  const doubted: number[] = []
  const agreed: string[] = []
  const looks = { listed: 0, isSuspect: false, comparable: [] as boolean[] }
  const clock = { nowNs: START_NS }
  const check = new AccountCheck({
    account,
    name: 'test_spot main',
    orders,
    live,
    timers,
    tokens,
    prng: new Prng(7),
    notices: { notice: (_level, code) => told.push(code) },
    instruments,
    balances: {
      asked: () => {},
      listed: (_traded: readonly number[], isComparable: boolean) => {
        looks.listed++
        looks.comparable.push(isComparable)
        return looks.isSuspect
      },
    },
    doubt: (order) => doubted.push(order),
    onAgreed: (instrument, venueUs) => agreed.push(`${instrument} ${Math.round(venueUs / 1e6)}`),
  })
  const wait = (seconds: number) => {
    const end = clock.nowNs + seconds * NS_PER_S
    while (clock.nowNs < end) {
      clock.nowNs = monoNs(Math.min(end, clock.nowNs + 100_000_000))
      timers.advance(clock.nowNs)
    }
  }
  /** One of ours on the book, made this many seconds before the start. */
  const order = (sequence: number, options: { state?: OrderState; ageS?: number } = {}) => {
    const row = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, sequence))
    orders.setTask(row, 0)
    orders.setState(row, options.state ?? OrderState.Open)
    orders.setQtyUnits(row, 10)
    orders.setCreatedNs(row, START_NS - (options.ageS ?? 60) * NS_PER_S)
    live.add(row)
    return row
  }
  /** The venue answers every question that is out, showing these orders as open. */
  const answer = (open: readonly number[], complete = true) => {
    for (const token of account.tokens.splice(0)) {
      for (const row of open) check.reportedOpen(orders.clientIdHi(row), orders.clientIdLo(row))
      tokens.end(token, complete, clock.nowNs)
    }
  }
  check.start(clock.nowNs)
  return { account, orders, live, check, told, doubted, agreed, looks, wait, order, answer, clock }
}

describe('the account check', () => {
  it('asks for open orders every 30 s and for balances every 60 s, a fifth more or less', () => {
    const { wait, answer, account } = bench()
    const asked: string[] = []
    for (let second = 0; second < 600; second++) {
      wait(1)
      asked.push(...account.questions())
      answer([])
    }
    const count = (what: string) => asked.filter((question) => question === what).length
    expect(count('open 0')).toBeGreaterThanOrEqual(16)
    expect(count('open 0')).toBeLessThanOrEqual(25)
    expect(count('balances')).toBeGreaterThanOrEqual(8)
    expect(count('balances')).toBeLessThanOrEqual(12)
    expect(new Set(asked)).toEqual(new Set(['open 0', 'balances']))
  })

  it('takes instruments in turn, so that many of them do not ask at once', () => {
    const { wait, answer, account } = bench([0, 1, 2])
    const asked: string[] = []
    for (let second = 0; second < 40; second++) {
      wait(1)
      asked.push(...account.questions())
      answer([])
    }
    expect(asked.slice(0, 4)).toEqual(['open 0', 'open 1', 'open 2', 'open 0'])
  })

  it('agrees when what we hold for open is listed, as of the time of the question', () => {
    const { wait, order, answer, agreed, doubted } = bench()
    const row = order(1)
    wait(40)
    answer([row])
    expect([agreed.length, doubted]).toEqual([1, []])
    expect(Number(agreed[0]!.split(' ')[1])).toBeLessThan(140)
  })

  it('asks for an order by its id when a listing lacks it, and concludes nothing', () => {
    const { wait, order, answer, agreed, doubted, orders } = bench()
    const row = order(1)
    wait(40)
    answer([])
    expect([doubted, agreed]).toEqual([[row], []])
    expect(orders.state(row)).toBe(OrderState.Open)
  })

  it('does not doubt a young order: the listing may be older than its ack', () => {
    const { wait, order, answer, agreed, doubted, orders, clock, account } = bench()
    const row = order(1)
    while (!account.asked.includes('open 0')) {
      orders.setCreatedNs(row, clock.nowNs - NS_PER_S)
      wait(0.1)
    }
    answer([])
    expect([doubted, agreed]).toEqual([[], []])
  })

  it('does not doubt what is under way, and agrees only when it is over', () => {
    const { wait, order, answer, agreed, doubted } = bench()
    order(1, { state: OrderState.PendingCancel })
    order(2, { state: OrderState.Unknown })
    wait(40)
    answer([])
    expect([doubted, agreed]).toEqual([[], []])
  })

  it('agrees only when every counted fill is booked', () => {
    const { wait, order, answer, agreed, orders } = bench()
    const row = order(1)
    orders.setCumQtyUnits(row, 4)
    wait(40)
    answer([row])
    expect(agreed).toEqual([])
  })

  it('learns nothing from half a listing', () => {
    const { wait, order, answer, agreed, doubted } = bench()
    order(1)
    wait(40)
    answer([], false)
    expect([doubted, agreed]).toEqual([[], []])
  })

  it('says once that an order that ended here is open there, and again when it comes back', () => {
    const { wait, order, answer, told, orders, live } = bench()
    const row = order(1)
    orders.setState(row, OrderState.Cancelled)
    live.remove(row)
    const listings = [[row], [row], [row], [], [row], [row]]
    const heard = listings.map((open) => {
      wait(40)
      answer(open)
      return told.length
    })
    expect(heard).toEqual([0, 1, 1, 1, 1, 2])
    expect(new Set(told)).toEqual(new Set(['ended_order_open']))
  })

  it('looks again soon when balances differ, and compares only when nothing is owed', () => {
    const { wait, order, answer, looks, account } = bench()
    const row = order(1, { state: OrderState.Unknown })
    looks.isSuspect = true
    wait(75)
    answer([row])
    account.questions()
    wait(7)
    expect(account.questions()).toContain('balances')
    answer([row])
    expect(looks.comparable).toEqual([false, false])
  })

  it('asks nothing while the session is down, and hears no answer of the old one', () => {
    const { wait, order, answer, agreed, account, check } = bench()
    const row = order(1)
    wait(40)
    check.stop()
    answer([row])
    account.questions()
    wait(200)
    expect([account.questions(), agreed]).toEqual([[], []])
  })
})
