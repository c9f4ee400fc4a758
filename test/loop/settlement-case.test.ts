// How long the ladder waits between two questions, whose a case is, and what a new session forgets.
import { describe, expect, it } from 'vitest'
import { NO_TIMER } from '#core/timer-wheel.ts'
import { NEVER_NS, NS_PER_MS } from '#core/units.ts'
import { NO_QUESTION, Question, SettlementCase } from '#loop/settlement-case.ts'
import { OrderTable } from '#order/order-table.ts'

function bench() {
  const orders = new OrderTable(2)
  const order = orders.take(1, 2)
  orders.setTask(order, 0)
  return { orders, order, at: new SettlementCase(orders, order) }
}

describe('the wait before the next question', () => {
  it.each([
    // attempts  then ms  ms once alarmed
    [0, 100, 5_000],
    [1, 200, 5_000],
    [2, 400, 5_000],
    [5, 3_200, 5_000],
    [6, 5_000, 5_000],
    [8, 5_000, 5_000],
    [9, 5_000, 10_000],
    [11, 5_000, 40_000],
    [12, 5_000, 60_000],
    [5_000, 5_000, 60_000],
  ])('after %i is %i ms, or %i ms when a person was called', (attempts, ms, alarmedMs) => {
    const { at } = bench()
    at.attempts = attempts
    expect(at.waitNs).toBe(ms * NS_PER_MS)
    at.isAlarmed = true
    expect(at.waitNs).toBe(alarmedMs * NS_PER_MS)
  })
})

describe('a case', () => {
  it('knows nothing when it is opened', () => {
    const { at, order } = bench()
    expect(at).toMatchObject({
      order,
      attempts: 0,
      notFound: 0,
      cancels: 0,
      fruitless: 0,
      isAbsent: false,
      isOpenStill: false,
      mustAsk: false,
      isDoubted: false,
      isAlarmed: false,
      amendingNs: NEVER_NS,
      token: NO_QUESTION,
      what: Question.Order,
      timer: NO_TIMER,
      isUnderWay: false,
    })
  })

  it('is under way while a question is out or the next one is set', () => {
    const { at } = bench()
    at.token = 5
    expect(at.isUnderWay).toBe(true)
    at.token = NO_QUESTION
    at.timer = 0
    expect(at.isUnderWay).toBe(true)
  })

  it('is of the order that had the row when it was opened', () => {
    const { orders, order, at } = bench()
    expect(at.isOf(orders)).toBe(true)
    orders.release(order)
    expect(at.isOf(orders)).toBe(false)
    expect(orders.take(3, 4)).toBe(order)
    expect(at.isOf(orders)).toBe(false)
  })

  it('begins its counts anew with a session, and keeps what was learnt of the order', () => {
    const { at } = bench()
    const learnt = { notFound: 2, mustAsk: true, isDoubted: true, isAlarmed: true, amendingNs: 7 }
    const counts = { attempts: 3, cancels: 2, fruitless: 4, isOpenStill: true, token: 9 }
    Object.assign(at, learnt, counts)
    at.startAnew()
    const zero = { attempts: 0, cancels: 0, fruitless: 0, isOpenStill: false, token: NO_QUESTION }
    expect(at).toMatchObject({ ...learnt, ...zero })
  })
})
