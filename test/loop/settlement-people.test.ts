// What the ladder says to a person, what it shows, and what it makes of a person's word.
import { describe, expect, it } from 'vitest'
import { OrderEvent } from '#order/order-state.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench } from './settlement-bench.ts'

const K = VenueEventKind
const OPEN = { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 }
const GONE = { terminal: Terminal.Cancelled, cumQtyUnits: 0 }

describe('a person is told', () => {
  it('of the eighth question in vain, and then how it ended', () => {
    const { tell, wait, answer, account, notices, id } = bench()
    tell(K.PlaceUnknown)
    for (let asked = 1; asked < 8; asked++) {
      wait(6)
      answer(true, false)
    }
    expect(notices).toEqual([])
    wait(6)
    expect(account.questions().length).toBe(8)
    const text = 'no venue answer decides its fate yet; still asking, it counts as live'
    expect(notices).toEqual([`alarm order_unsettled order ${id}: ${text}`])
    tell(K.ReportedOpen, OPEN)
    answer(true)
    expect(notices[1]).toBe(`info order_decided order ${id}: open by the venue's word`)
  })

  it('nothing when the first answer decides', () => {
    const { tell, wait, answer, notices } = bench()
    tell(K.PlaceUnknown)
    wait(0.01)
    tell(K.ReportedDone, GONE)
    answer(true)
    expect(notices).toEqual([])
  })

  it('of an event that was missed, by the name the order has', () => {
    for (const foreignId of ['', '4711']) {
      const { tell, wait, answer, settlement, orders, order, id, notices, now } = bench()
      tell(K.Accepted, { venueOrderId: '5' })
      orders.setForeignId(order, foreignId)
      settlement.doubt(order, now())
      wait(0.5)
      tell(K.ReportedDone, GONE)
      answer(true)
      const text = 'cancelled at the venue, and no event had told us'
      expect(notices).toEqual([`warn order_event_missed order ${foreignId || id}: ${text}`])
    }
  })

  it("of no missed event when another program's order ends, though it was doubted once", () => {
    const { tell, wait, answer, settlement, orders, order, state, notices, now } = bench()
    tell(K.Accepted, { venueOrderId: '5' })
    orders.setForeignId(order, '4711')
    settlement.doubt(order, now())
    for (let i = 0; i < 4; i++) {
      wait(1.1)
      expect(state()).toBe('open')
      tell(K.ReportedOpen, OPEN)
      answer(true)
    }
    wait(1.1)
    tell(K.ReportedDone, GONE)
    answer(true)
    expect([notices, settlement.openCount]).toEqual([[], 0])
  })
})

describe('the list for people', () => {
  it('counts the questions that were put', () => {
    const { tell, wait, answer, settlement, now } = bench()
    expect(settlement.unsettled(now())).toMatchObject([{ attempts: 0 }])
    tell(K.PlaceUnknown)
    wait(0.01)
    answer(true, false)
    wait(0.3)
    expect(settlement.unsettled(now())).toMatchObject([{ attempts: 2 }])
  })
})

describe('what a person settled', () => {
  const said = { orderId: '', who: 'ann', reason: 'seen', isForced: false }

  it.each([
    [{ kind: 'absent' }, []],
    [{ kind: 'done', filledUnits: 40, averagePriceUnits: 9 }, ['fills 0 since 90000000']],
  ] as const)('of %j goes on to be asked for: %j', (verdict, questions) => {
    const { enter, wait, account, settlement, id, now } = bench()
    enter(OrderEvent.NoAnswer)
    wait(30)
    expect(settlement.settleByHand({ ...said, orderId: id, verdict }, now())).toBe(null)
    expect(settlement.openCount).toBe(questions.length)
    wait(0.3)
    expect(account.questions()).toEqual(questions)
  })
})
