// The kill switch at work over one fake account: what is asked of the venue, when it counts as
// confirmed, and what is named while it does not.
import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { NS_PER_MS } from '#core/units.ts'
import { OrderState } from '#order/order-state.ts'
import type { KillCause } from '#risk/kill-switch.ts'
import { CAUSE, KillBench, WINDOW_NS } from './kill-bench.ts'

describe('engaged with nothing open', () => {
  it('asks once for the open orders and is confirmed by a whole listing', () => {
    const bench = new KillBench().engage()
    expect(bench.account.questions()).toEqual(['open 0'])
    expect(bench.desk.isConfirmed).toBe(false)
    bench.answer()
    expect(bench.desk.isConfirmed).toBe(true)
    expect(bench.wait(1_000).account.questions()).toEqual([])
    expect(bench.notices).toEqual(['alarm kill_switch', 'info kill_confirmed'])
    expect(bench.journalled).toEqual(['engaged alice: a wrong price'])
    expect(bench.kept).toEqual([CAUSE])
    expect(bench.woken).toEqual([0, 2])
  })

  it('asks again when the listing was not whole', () => {
    const bench = new KillBench().engage().answer(false)
    expect(bench.desk.isConfirmed).toBe(false)
    bench.account.questions()
    expect(bench.wait(400).account.questions()).toEqual(['open 0'])
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })

  it('asks later when the venue could not be asked', () => {
    const bench = new KillBench()
    bench.account.outcome = Outcome.RateLimited
    bench.engage().wait(300)
    expect(bench.account.questions()).toEqual([])
    bench.account.outcome = Outcome.Ok
    expect(bench.wait(300).account.questions()).toEqual(['open 0'])
  })

  it('waits for an account that is not reconciled, and for venues that are not reached', () => {
    const bench = new KillBench()
    bench.isOpen = false
    bench.isReady = false
    bench.engage()
    expect(bench.report).toMatchObject({
      engaged: true,
      confirmed: false,
      unproved: [{ symbol: '', why: 'the venue has not been reached yet' }],
    })
    bench.isOpen = true
    bench.wait(100)
    expect(bench.account.questions()).toEqual([])
    expect(bench.report.unproved).toEqual([
      {
        venue: 'test_spot',
        account: 'main',
        symbol: 'BTC/USDT',
        why: 'the account is not reconciled',
      },
    ])
    bench.isReady = true
    expect(bench.wait(100).answer().desk.isConfirmed).toBe(true)
  })

  it('where nothing is traded nothing is asked, once the venues are reached', () => {
    const bench = new KillBench()
    bench.traded = []
    bench.isOpen = false
    expect(bench.engage().desk.isConfirmed).toBe(false)
    bench.isOpen = true
    expect(bench.turn().report).toMatchObject({ confirmed: true, unproved: [] })
    expect(bench.account.questions()).toEqual([])
  })

  it('said twice it is journalled twice, and the first cause stands', () => {
    const bench = new KillBench().engage()
    bench.desk.engage({ origin: 'api', who: 'bob', reason: 'me too' }, bench.nowNs)
    expect(bench.journalled).toEqual(['engaged alice: a wrong price', 'engaged bob: me too'])
    expect(bench.report).toMatchObject({ who: 'alice', origin: 'cli', reason: 'a wrong price' })
    expect(bench.kept).toEqual([CAUSE])
  })

  it('acts all the same when the journal takes no record, and says so', () => {
    const bench = new KillBench()
    bench.journalOutcome = Outcome.Full
    bench.engage()
    expect(bench.killSwitch.isEngaged).toBe(true)
    expect(bench.notices[0]).toBe('alarm kill_not_journalled')
    expect(bench.kept).toEqual([CAUSE])
  })
})

describe('what is open is taken back', () => {
  it.each([
    ['open', OrderState.Open],
    ['partly filled', OrderState.PartiallyFilled],
    ['not yet acknowledged', OrderState.PendingNew],
    ['unknown', OrderState.Unknown],
  ])('an order that is %s, in the same turn', (_name, state) => {
    const bench = new KillBench()
    const order = bench.order(state)
    bench.engage()
    expect(bench.account.questions()).toEqual([`cancel ${bench.id(order)}`])
    expect(bench.report.open).toEqual([
      {
        order: bench.id(order),
        venue: 'test_spot',
        account: 'main',
        symbol: 'BTC/USDT',
        state: state === OrderState.Unknown ? 'unknown' : 'pending_cancel',
        filled: '0.5',
        quantity: '2',
      },
    ])
  })

  it('an unanswered one again after 1, 2, 4, 8, 10, 10 s', () => {
    const bench = new KillBench()
    bench.order(OrderState.Unknown)
    bench.engage()
    bench.account.questions()
    const secondsOfCancels: number[] = []
    for (let second = 1; second <= 36; second++) {
      if (bench.wait(1_000).account.questions().length > 0) secondsOfCancels.push(second)
    }
    expect(secondsOfCancels).toEqual([1, 3, 7, 15, 25, 35])
  })

  it('one that is being cancelled only when its time is over', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.PendingCancel)
    bench.engage()
    expect(bench.wait(900).account.questions()).toEqual([])
    expect(bench.wait(200).account.questions()).toEqual([`cancel ${bench.id(order)}`])
  })

  it('an open one in every turn until the cancel can be sent', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.Open)
    bench.account.outcome = Outcome.RateLimited
    bench.engage().turn()
    expect(bench.orders.state(order)).toBe(OrderState.Open)
    bench.account.outcome = Outcome.Ok
    expect(bench.turn().account.questions()).toEqual([`cancel ${bench.id(order)}`])
  })

  it("another program's order that a task took over, by its name", () => {
    const bench = new KillBench()
    bench.order(OrderState.Open, 'abc123')
    expect(bench.engage().report.open[0]?.order).toBe('abc123')
  })

  it('nothing is asked about the place before it is over', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.Open)
    bench.engage().wait(100)
    expect(bench.account.questions()).toEqual([`cancel ${bench.id(order)}`])
    expect(bench.report.unproved[0]?.why).toBe('an order of ours is not known to be over')
    bench.over(order).turn()
    expect(bench.account.questions()).toEqual(['open 0'])
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })

  it('with an order in flight only a listing after its window proves anything', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.PendingNew)
    bench.engage().over(order).account.questions()
    bench.wait(WINDOW_NS / NS_PER_MS - 20)
    expect(bench.account.questions()).toEqual([])
    expect(bench.report.unproved[0]?.why).toBe('an order may still be in flight')
    expect(bench.wait(100).account.questions()).toEqual(['open 0'])
  })

  it('an order that a listing finds is taken back, and the place is asked about anew', () => {
    const bench = new KillBench().engage()
    bench.account.questions()
    const order = bench.order(OrderState.Open)
    bench.answer()
    expect(bench.desk.isConfirmed).toBe(false)
    expect(bench.account.questions()).toEqual([`cancel ${bench.id(order)}`])
    bench.over(order).wait(400)
    expect(bench.account.questions()).toEqual(['open 0'])
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })

  it('one that turns up after the confirmation undoes it', () => {
    const bench = new KillBench().engage().answer()
    const order = bench.order(OrderState.Open)
    expect(bench.turn().desk.isConfirmed).toBe(false)
    bench.over(order).wait(100)
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })

  it('fills that are still owed do not keep an order open', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.Cancelled)
    bench.orders.setCumQtyUnits(order, 100_000)
    expect(bench.engage().account.questions()).toEqual(['open 0'])
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })
})

describe('a listing against our books', () => {
  it('an order that it calls open and we call over proves nothing, until it is gone', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.Open)
    bench.over(order).engage()
    bench.row(order)
    bench.answer()
    expect(bench.desk.isConfirmed).toBe(false)
    expect(bench.report.unproved[0]?.why).toBe(
      `the venue lists ${bench.id(order)} as open, which our books call over`,
    )
    bench.account.questions()
    expect(bench.wait(400).account.questions()).toEqual(['open 0'])
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })

  it('a row of an order that we know to be open, or do not know, is no contradiction', () => {
    const bench = new KillBench()
    const order = bench.order(OrderState.Open)
    bench.engage().row(order)
    bench.row(-1)
    bench.over(order).turn().wait(400)
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })
})

it('is engaged from the start where it was left so', () => {
  const bench = new KillBench()
  bench.desk.start(bench.nowNs)
  expect(bench.desk.isEngaged).toBe(false)
  bench.left = CAUSE
  bench.desk.start(bench.nowNs)
  expect([bench.desk.isEngaged, bench.journalled]).toEqual([true, ['engaged alice: a wrong price']])
})

describe('release', () => {
  it('is refused while something is not confirmed, unless forced', () => {
    const bench = new KillBench()
    bench.order(OrderState.Unknown)
    bench.engage()
    const refusal = bench.desk.release(CAUSE, false, bench.nowNs)
    expect(refusal?.code).toBe('kill_unconfirmed')
    expect(refusal?.message).toMatch(/^not released: 1 order\(s\) of ours .* and 1 account/)
    expect(bench.killSwitch.isEngaged).toBe(true)
    expect(bench.desk.release(CAUSE, true, bench.nowNs)).toBeNull()
    expect(bench.killSwitch.isEngaged).toBe(false)
  })

  it('is journalled, kept, said, and wakes the tasks', () => {
    const bench = new KillBench().engage().answer()
    bench.woken.length = 0
    const bob: KillCause = { origin: 'cli', who: 'bob', reason: 'mended' }
    expect(bench.desk.release(bob, false, bench.nowNs)).toBeNull()
    expect(bench.journalled.at(-1)).toBe('released bob: mended')
    expect(bench.kept.at(-1)).toBeNull()
    expect(bench.woken).toEqual([0, 2])
    expect(bench.notices.at(-1)).toBe('warn kill_released')
    expect(bench.report).toMatchObject({ engaged: false, confirmed: false, open: [], reason: '' })
    expect(bench.wait(500).account.questions()).toEqual(['open 0'])
  })

  it('is refused where nothing is engaged', () => {
    const bench = new KillBench()
    expect(bench.desk.release(CAUSE, true, bench.nowNs)?.code).toBe('not_engaged')
  })

  it('an answer that comes after it, or after the next engagement, proves nothing', () => {
    const bench = new KillBench().engage()
    bench.desk.release(CAUSE, true, bench.nowNs)
    bench.engage()
    bench.answer()
    expect(bench.desk.isConfirmed).toBe(false)
    expect(bench.answer().desk.isConfirmed).toBe(true)
  })
})

it('says nothing and asks nothing while it is released', () => {
  const bench = new KillBench()
  bench.order(OrderState.Open)
  bench.wait(500)
  expect([bench.account.questions(), bench.notices, bench.journalled]).toEqual([[], [], []])
})
