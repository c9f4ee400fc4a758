// Rung by rung: what is asked and when, what an answer may conclude, and what a person is told.
import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { monoNs } from '#core/units.ts'
import { Settlement } from '#loop/settlement.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { OrderEvent } from '#order/order-state.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench } from './settlement-bench.ts'

const K = VenueEventKind
const OPEN = { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 }
const GONE = { terminal: Terminal.Cancelled, cumQtyUnits: 0 }

type Bench = ReturnType<typeof bench>

/** On the book, and its cancel was not answered. */
function cancelling(task?: number): Bench {
  const b = bench(task)
  b.tell(K.Accepted)
  b.enter(OrderEvent.CancelSend)
  b.tell(K.CancelUnknown)
  return b
}

/** Until the history is asked for: never accepted, twice not found, and old. */
function untilHistory(b: Bench): Bench {
  for (let i = 0; i < 2; i++) {
    b.wait(3)
    b.answer(false)
  }
  b.wait(6)
  expect(b.account.questions().at(-1)).toBe('history 0 since 90000000')
  return b
}

/** The first order was asked for once, the second stands in its row. */
function reused(): Bench {
  const b = bench()
  b.tell(K.PlaceUnknown)
  b.wait(0.01)
  b.answer(true, false)
  b.tell(K.Cancelled, { cumQtyUnits: 0 })
  b.orders.release(b.order)
  expect(b.send(1)).toBe(b.order)
  b.account.questions()
  return b
}

describe('the ladder asks for an order by its id', () => {
  it.each([
    ['after a rejection of what is on the book', { reason: RejectReason.InvalidPrice }, K.Rejected],
    ['after an end without a count', { cumQtyUnits: -1 }, K.Cancelled],
  ])('%s, whatever its state', (_when, facts, kind) => {
    const { tell, wait, account, id } = bench()
    tell(K.Accepted, { receivedNs: 1 })
    tell(kind, facts)
    wait(0.01)
    expect(account.questions()).toEqual([`order ${id}`])
  })

  it('again and again while it does not know for how much it is', () => {
    const { tell, wait, answer, account, settlement, orders, order, id, now } = bench()
    orders.setQtyUnits(order, 0)
    tell(K.Accepted)
    settlement.needsQuery(order, now())
    wait(0.01)
    answer(true)
    wait(1)
    expect(account.questions()).toEqual([`order ${id}`, `order ${id}`])
    tell(K.ReportedOpen, OPEN)
    answer(true)
    expect(settlement.openCount).toBe(0)
  })

  it('later, when the rate budget has no room; the question was never put', () => {
    const { tell, wait, account, id, tokens, now } = bench()
    tell(K.Accepted, { receivedNs: 1 })
    account.outcome = Outcome.RateLimited
    tell(K.Rejected, { reason: RejectReason.InvalidPrice })
    wait(0.01)
    tokens.end(1, true, now())
    account.outcome = Outcome.Ok
    wait(0.3)
    expect(account.questions()).toEqual([`order ${id}`])
  })
})

describe('the ladder asks for trades', () => {
  it('after a grace that repeated reports do not prolong', () => {
    const { tell, wait, account } = bench()
    tell(K.Cancelled, { cumQtyUnits: 40 })
    wait(0.2)
    tell(K.ReportedDone, { ...GONE, cumQtyUnits: 40 })
    wait(0.1)
    expect(account.questions()).toEqual(['fills 0 since 90000000'])
  })

  it('not at all when they come within it', () => {
    const { tell, wait, account, settlement } = bench()
    tell(K.Cancelled, { cumQtyUnits: 40 })
    wait(0.1)
    tell(K.Fill, { tradeId: '1', qtyUnits: 40, priceUnits: 10 })
    wait(1)
    expect([account.questions(), settlement.openCount]).toEqual([[], 0])
  })

  it('of an open order as well, until they are shown', () => {
    const { tell, wait, answer, account, settlement } = bench()
    tell(K.Accepted)
    tell(K.ReportedOpen, { ...OPEN, cumQtyUnits: 40 })
    wait(0.3)
    answer(true)
    wait(1)
    expect(account.questions()).toEqual(['fills 0 since 90000000', 'fills 0 since 90000000'])
    tell(K.Fill, { tradeId: '1', qtyUnits: 40, priceUnits: 10 })
    answer(true)
    expect(settlement.openCount).toBe(0)
  })

  it("since ever for another program's order: nobody knows when it was made", () => {
    const { tell, wait, account, orders, order } = bench()
    orders.setForeignId(order, '4711')
    tell(K.Cancelled, { cumQtyUnits: 40 })
    wait(0.3)
    expect(account.questions()).toEqual(['fills 0 since 0'])
  })

  it('once a minute, without another alarm, while something stands in for them', () => {
    const { tell, wait, answer, account, settlement, notices, id } = bench()
    tell(K.Accepted, { venueOrderId: '5' })
    tell(K.Cancelled, { cumQtyUnits: 40 })
    for (let i = 0; i < 6; i++) {
      wait(6)
      answer(true)
    }
    account.questions()
    for (let second = 0; second < 600; second++) {
      wait(1)
      while (account.tokens.length > 0) answer(true)
    }
    expect(account.questions()).toEqual(Array.from({ length: 10 }, () => `fills of ${id}`))
    const text = '40 units are counted by the venue and in none of its trade listings; booked'
    expect(notices).toEqual([`alarm fills_inferred order ${id}: ${text}`])
    tell(K.Fill, { tradeId: '1', qtyUnits: 40, priceUnits: 9 })
    wait(60)
    expect([settlement.openCount, account.tokens]).toEqual([0, []])
  })
})

describe('a reconciliation', () => {
  it.each([
    ['an undecided order at once', OrderEvent.NoAnswer, 0, ['order', 'order']],
    ['an order with fills owed after a grace', OrderEvent.Accept, 40, ['', 'fills']],
    ['an order on the book not at all', OrderEvent.Accept, 0, ['', '']],
  ])('takes up %s', (_what, event, cumQty, asked) => {
    const { enter, orders, order, settlement, wait, account, now } = bench()
    enter(event)
    orders.setCumQtyUnits(order, cumQty)
    settlement.askUndecided(1, now())
    expect(settlement.openCount).toBe(0)
    settlement.askUndecided(0, now())
    expect(settlement.openCount).toBe(asked[1] === '' ? 0 : 1)
    wait(0.2)
    expect(account.asked.join().split(' ')[0]).toBe(asked[0])
    wait(0.1)
    expect(account.asked.join().split(' ')[0]).toBe(asked[1])
  })

  it('begins the waits anew, once', () => {
    const { tell, wait, answer, account, settlement, id, now } = bench()
    account.isUp = false
    tell(K.PlaceUnknown)
    wait(4)
    account.isUp = true
    settlement.askUndecided(0, now())
    wait(0.01)
    answer(true, false)
    expect(account.questions()).toEqual([`order ${id}`])
    wait(0.25)
    expect(account.questions()).toEqual([`order ${id}`])
    answer(true, false)
    settlement.askUndecided(0, now())
    wait(1)
    expect(account.questions()).toEqual([`order ${id}`])
  })

  it('makes earlier questions void: their answers decide nothing, however late', () => {
    const { tell, wait, answer, account, settlement, tokens, now } = bench()
    tell(K.PlaceUnknown)
    wait(0.01)
    const first = account.tokens.shift()!
    settlement.askUndecided(0, now())
    wait(0.01)
    account.questions()
    tokens.end(first, true, now())
    wait(1)
    expect(account.questions()).toEqual([])
    const second = account.tokens[0]!
    settlement.askUndecided(0, now())
    wait(0.01)
    account.tokens.shift()
    tell(K.ReportedOpen, OPEN)
    answer(true)
    expect(settlement.openCount).toBe(0)
    tokens.end(second, true, now())
    expect(settlement.openCount).toBe(0)
  })
})

describe('absence', () => {
  it('is proved of an order whose cancel was sent before its accept', () => {
    const b = bench()
    b.enter(OrderEvent.CancelSend)
    b.tell(K.CancelUnknown)
    untilHistory(b)
    b.answer(true)
    expect(b.state()).toBe('rejected')
  })

  it.each([
    ['an accept', K.Accepted, {}, 'open'],
    ['a count', K.ReportedOpen, { cumQtyUnits: 5 }, 'open'],
    ['a name', K.PlaceUnknown, { venueOrderId: '5' }, 'unknown'],
  ])('is not, when %s overtook the history', (_what, kind, facts, ends) => {
    const b = bench()
    b.tell(K.PlaceUnknown)
    untilHistory(b)
    b.tell(kind, facts)
    b.answer(true)
    expect([b.state(), b.anomalies]).toEqual([ends, []])
  })

  it('is not proved of an order that has filled while its cancel is out', () => {
    const b = bench()
    b.enter(OrderEvent.CancelSend)
    b.tell(K.CancelUnknown)
    untilHistory(b)
    b.tell(K.Fill, { tradeId: '1', qtyUnits: 5, priceUnits: 10 })
    b.answer(true)
    expect([b.state(), b.anomalies]).toEqual(['pending_cancel', []])
  })

  it('is not said twice by a venue that has shown the order in between', () => {
    const b = bench()
    b.enter(OrderEvent.CancelSend)
    b.tell(K.CancelUnknown)
    b.wait(3)
    b.answer(false)
    b.wait(3)
    b.tell(K.ReportedOpen, OPEN)
    b.answer(true)
    b.wait(6)
    b.answer(false)
    b.wait(6)
    expect(b.account.questions().at(-1)).toBe(`order ${b.id}`)
  })

  it('said of an id that nobody asks for is no matter', () => {
    const { settlement } = bench()
    settlement.notFound(1, 2)
    expect(settlement.openCount).toBe(0)
  })
})

describe('a cancel', () => {
  it('is sent again once for each time the venue calls the order open', () => {
    const { tell, wait, answer, account, id } = cancelling()
    wait(0.01)
    tell(K.ReportedOpen, OPEN)
    answer(true)
    wait(0.3)
    expect(account.questions()).toEqual([`order ${id}`, `cancel ${id}`, `order ${id}`])
    answer(true, false)
    wait(1)
    expect(account.questions()).toEqual([`order ${id}`])
    answer(false)
    wait(1)
    expect(account.questions()).toEqual([`order ${id}`])
  })

  it('of an order that no task owns goes out by itself, and again only on that word', () => {
    const { tell, wait, answer, account, settlement, order, id, now } = bench(ORPHAN_TASK)
    tell(K.Accepted)
    settlement.needsQuery(order, now())
    wait(0.01)
    expect(account.questions()).toEqual([`cancel ${id}`, `order ${id}`])
    answer(true, false)
    wait(1)
    expect(account.questions()).toEqual([`order ${id}`])
    tell(K.ReportedOpen, OPEN)
    answer(true)
    wait(1)
    expect(account.questions()).toEqual([`cancel ${id}`, `order ${id}`])
  })
})

describe('an amend that nobody answers', () => {
  it('is waited for until its window has passed, then a report tells the terms', () => {
    const { tell, wait, answer, account, truth, orders, order, state, now } = bench()
    tell(K.Accepted, { venueOrderId: '5' })
    truth.amendSent(order, 150, now())
    account.isUp = false
    tell(K.AmendUnknown)
    // The fifth look comes 3 s after the first: the window is open to its last moment.
    wait(3.1)
    expect(state()).toBe('pending_amend')
    wait(3.2)
    expect([state(), orders.qtyUnits(order)]).toEqual(['unknown', 150])
    account.isUp = true
    wait(6)
    tell(K.ReportedOpen, OPEN)
    answer(true)
    expect([state(), orders.qtyUnits(order)]).toEqual(['open', 100])
  })
})

describe('a row that another order has now', () => {
  it('is not asked for on behalf of the first', () => {
    const { wait, account, settlement } = reused()
    wait(0.3)
    expect([account.questions(), settlement.openCount]).toEqual([[], 0])
  })

  it('is asked for in its own time', () => {
    const { wait, account, settlement, order, now } = reused()
    settlement.doubt(order, now())
    wait(0.23)
    expect(account.questions()).toEqual([])
    wait(0.05)
    expect(account.questions().length).toBe(1)
  })

  it('is not called decided because the first had been alarmed', () => {
    const { tell, wait, account, orders, order, send, settlement, alarms, notices } = bench()
    account.isUp = false
    tell(K.PlaceUnknown)
    wait(60)
    tell(K.Cancelled, { cumQtyUnits: 0 })
    orders.release(order)
    send(1)
    wait(61)
    expect([alarms, settlement.openCount]).toEqual([['order_unsettled'], 0])
    expect(notices.length).toBe(1)
  })
})

describe('the ladder is our own mistake', () => {
  it('when it is used before order truth is known', () => {
    const { parts, order, id, wait, now } = bench()
    const unbound = new Settlement(parts)
    const verdict = { kind: 'absent' } as const
    const settlement = { orderId: id, verdict, who: 'ann', reason: 'seen', isForced: false }
    expect(() => unbound.settleByHand(settlement, now())).toThrow(
      'the ladder is bound before anybody settles',
    )
    unbound.owedFills(order, now())
    expect(() => wait(0.3)).toThrow('the ladder is bound before it asks')
  })

  it('when an answer comes to a question that it never put, or comes twice', () => {
    const { tell, wait, account, settlement, now } = bench()
    const end = (token: number) => settlement.onListingEnd(token, false, monoNs(now()))
    expect(() => end(99)).toThrow('a listing that the ladder asked for')
    tell(K.PlaceUnknown)
    wait(0.01)
    end(account.tokens[0]!)
    expect(() => end(account.tokens[0]!)).toThrow('a listing that the ladder asked for')
  })
})
