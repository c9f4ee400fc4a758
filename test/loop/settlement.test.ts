import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { OrderEvent } from '#order/order-state.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench } from './settlement-bench.ts'

describe('the settlement ladder', () => {
  it('asks at once for an order without an answer, and rests when a row settles it', () => {
    const { tell, wait, answer, account, id, state, settlement } = bench()
    tell(VenueEventKind.PlaceUnknown)
    wait(0.01)
    expect(account.questions()).toEqual([`order ${id}`])
    tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 })
    answer(true)
    wait(30)
    expect([state(), account.questions(), settlement.openCount]).toEqual(['open', [], 0])
  })

  it('concludes nothing from "not found" while the order is young', () => {
    const { tell, wait, answer, account, state } = bench()
    tell(VenueEventKind.PlaceUnknown)
    for (let i = 0; i < 3; i++) {
      wait(1)
      answer(false)
    }
    expect(account.questions().every((question) => question.startsWith('order'))).toBe(true)
    expect(state()).toBe('unknown')
  })

  it('takes absence as proved only by a complete history, asked when the order is old', () => {
    const { tell, wait, answer, account, state, live, order } = bench()
    tell(VenueEventKind.PlaceUnknown)
    for (let i = 0; i < 2; i++) {
      wait(3)
      answer(false)
    }
    wait(6)
    expect(account.questions().at(-1)).toBe('history 0 since 90000000')
    answer(true, false) // half a listing proves nothing
    expect(state()).toBe('unknown')
    wait(6)
    answer(true)
    expect([state(), live.has(order)]).toEqual(['rejected', false])
  })

  it('keeps asking, slower, and raises an alarm once', () => {
    const { tell, wait, account, alarms } = bench()
    account.isUp = false
    tell(VenueEventKind.PlaceUnknown)
    wait(60)
    expect(alarms).toEqual(['order_unsettled'])
    expect(account.questions()).toEqual([])
  })

  it('asks again for a cancel that nobody answered, at a doubling pace', () => {
    const { tell, wait, answer, account, truth, order, id } = bench()
    tell(VenueEventKind.Accepted)
    truth.enter(order, OrderEvent.CancelSend, 0, monoNs(100 * NS_PER_S))
    tell(VenueEventKind.CancelUnknown)
    for (let i = 0; i < 4; i++) {
      wait(2)
      tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, cumQtyUnits: 0 })
      answer(true)
    }
    const questions = account.questions()
    expect(questions.filter((question) => question === `cancel ${id}`).length).toBeGreaterThan(1)
    expect(questions.length).toBeLessThan(12)
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 0 })
    wait(30)
    expect(account.questions().length).toBeLessThan(2)
  })

  it('a cancel of an order the venue calls unknown ends in a query, never in a loop', () => {
    const { tell, wait, answer, account, truth, order, state } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    truth.enter(order, OrderEvent.CancelSend, 0, monoNs(100 * NS_PER_S))
    tell(VenueEventKind.CancelRejected, { reason: RejectReason.UnknownOrder })
    wait(0.1)
    tell(VenueEventKind.ReportedDone, { terminal: Terminal.Cancelled, cumQtyUnits: 0 })
    answer(true)
    wait(60)
    expect([state(), account.questions().length]).toEqual(['cancelled', 1])
  })

  it('takes up whatever a reconciliation left undecided', () => {
    const { truth, order, settlement, wait, account, id } = bench()
    truth.enter(order, OrderEvent.NoAnswer, 0, monoNs(100 * NS_PER_S)) // as restored from a journal
    wait(5)
    expect(account.questions()).toEqual([])
    settlement.askUndecided(0, monoNs(105 * NS_PER_S))
    wait(0.1)
    expect(account.questions()).toEqual([`order ${id}`])
  })

  it('fetches fills that were announced and not shown, after a moment of grace', () => {
    const { tell, wait, account } = bench()
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 40 })
    wait(0.1)
    expect(account.questions()).toEqual([])
    wait(0.3)
    expect(account.questions()).toEqual(['fills 0 since 90000000'])
  })

  it('cancels again only when the venue says that the order is open, and not for ever', () => {
    const { tell, wait, answer, account, truth, order, alarms } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    truth.enter(order, OrderEvent.CancelSend, 0, monoNs(100 * NS_PER_S))
    tell(VenueEventKind.CancelRejected, { reason: RejectReason.Auth })
    const cancels: number[] = []
    for (let minute = 0; minute < 240; minute++) {
      for (let second = 0; second < 60; second += 5) {
        wait(5)
        if (account.tokens.length === 0) continue
        tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, cumQtyUnits: 0 })
        answer(true)
        tell(VenueEventKind.CancelRejected, { reason: RejectReason.Auth })
      }
      cancels.push(account.questions().filter((question) => question.startsWith('cancel')).length)
    }
    const total = cancels.reduce((sum, count) => sum + count, 0)
    expect(total).toBe(12)
    expect(Math.max(...cancels)).toBeLessThanOrEqual(10)
    expect(alarms).toEqual(['order_unsettled'])
  })

  it('asks once a minute after the alarm, and at once when a session is back', () => {
    const { tell, wait, answer, account, settlement } = bench()
    tell(VenueEventKind.PlaceUnknown)
    for (let second = 0; second < 600; second += 5) {
      wait(5)
      if (account.tokens.length > 0) answer(false, false)
    }
    account.questions()
    for (let second = 0; second < 300; second += 5) {
      wait(5)
      if (account.tokens.length > 0) answer(false, false)
    }
    expect(account.questions().length).toBeLessThanOrEqual(6)
    settlement.askUndecided(0, monoNs(1_000 * NS_PER_S))
    wait(0.1)
    expect(account.questions().length).toBe(1)
  })

  it('takes up a question whose answer was lost with the queue that overflowed', () => {
    const { tell, wait, account, settlement, id } = bench()
    tell(VenueEventKind.PlaceUnknown)
    wait(0.1)
    account.questions()
    const [lost] = account.tokens.splice(0)
    wait(60)
    expect(account.questions()).toEqual([]) // it waits for the answer that never comes
    settlement.askUndecided(0, monoNs(160 * NS_PER_S))
    wait(0.1)
    expect(account.questions()).toEqual([`order ${id}`])
    settlement.onListingEnd(lost!, true, monoNs(162 * NS_PER_S)) // it comes after all: too late
    expect(settlement.openCount).toBe(1)
  })

  it('asks for an order that a listing lacks, and tells of the event that was missed', () => {
    const { tell, wait, answer, account, settlement, order, id, state, alarms } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    settlement.doubt(order, monoNs(100 * NS_PER_S))
    wait(0.5)
    expect(account.questions()).toEqual([`order ${id}`])
    tell(VenueEventKind.ReportedDone, { terminal: Terminal.Cancelled, cumQtyUnits: 0 })
    answer(true)
    wait(10)
    expect([state(), alarms, settlement.openCount]).toEqual([
      'cancelled',
      ['order_event_missed'],
      0,
    ])
  })

  it('leaves an order on the book that the listing lacked and the query shows', () => {
    const { tell, wait, answer, settlement, order, state, alarms } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    settlement.doubt(order, monoNs(100 * NS_PER_S))
    wait(0.5)
    tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, cumQtyUnits: 0 })
    answer(true)
    expect([state(), alarms, settlement.openCount]).toEqual(['open', [], 0])
  })

  it('never concludes absence of an order that the venue had named, whatever it says now', () => {
    const { tell, wait, answer, account, settlement, order, state, alarms } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    settlement.doubt(order, monoNs(100 * NS_PER_S))
    for (let i = 0; i < 40; i++) {
      wait(6)
      while (account.tokens.length > 0) answer(false)
    }
    expect(state()).toBe('unknown')
    expect(account.questions().every((question) => question.startsWith('order'))).toBe(true)
    expect(alarms).toEqual(['order_unsettled'])
  })

  it('books a count that six whole listings do not show, until the trades come', () => {
    const { tell, wait, answer, account, alarms, live, order, orders, fills } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    const done = { terminal: Terminal.Cancelled, cumQtyUnits: 40, cumNotionalUnits: 393 }
    tell(VenueEventKind.ReportedDone, done)
    for (let i = 0; i < 5; i++) {
      wait(6)
      answer(true)
    }
    expect(account.questions().every((question) => question.startsWith('fills of'))).toBe(true)
    expect([live.has(order), fills.totals(0).qtyUnits]).toEqual([true, 0])
    wait(6)
    answer(true)
    expect([live.has(order), fills.totals(0)]).toMatchObject([
      false,
      { qtyUnits: 40, notionalUnits: 393n, count: 0 },
    ])
    expect(alarms).toEqual(['fills_inferred'])
    tell(VenueEventKind.Fill, { tradeId: '1', qtyUnits: 40, priceUnits: 10 })
    expect(fills.totals(0)).toMatchObject({ qtyUnits: 40, notionalUnits: 400n, count: 1 })
    expect(orders.filledUnits(order)).toBe(40)
  })

  it("looks at another program's order every second, without an alarm while it is there", () => {
    const { tell, wait, answer, account, alarms, order, orders, settlement } = bench()
    orders.setForeignId(order, '4711')
    orders.setQtyUnits(order, 0)
    settlement.needsQuery(order, monoNs(100 * NS_PER_S))
    for (let i = 0; i < 20; i++) {
      wait(1.1)
      tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 })
      answer(true)
    }
    expect(account.questions().length).toBe(20)
    expect([alarms, orders.qtyUnits(order)]).toEqual([[], 100])
  })

  it("places nothing for another program's order that is not found, and says so", () => {
    const { tell, wait, answer, account, alarms, order, orders, settlement, state } = bench()
    orders.setForeignId(order, '4711')
    tell(VenueEventKind.PlaceUnknown)
    settlement.needsQuery(order, monoNs(100 * NS_PER_S))
    for (let i = 0; i < 20; i++) {
      wait(1.1)
      while (account.tokens.length > 0) answer(false)
    }
    expect(account.questions().every((question) => question.startsWith('order'))).toBe(true)
    expect([state(), alarms]).toEqual(['unknown', ['order_unsettled']])
  })

  it('cancels an order of ours that belongs to no task', () => {
    const { tell, wait, answer, account, id, settlement, order } = bench(ORPHAN_TASK)
    tell(VenueEventKind.Accepted)
    settlement.needsQuery(order, monoNs(100 * NS_PER_S))
    wait(0.1)
    expect(account.questions()).toContain(`cancel ${id}`)
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 0 })
    answer(true)
    wait(10)
    expect(settlement.openCount).toBe(0)
  })
})
