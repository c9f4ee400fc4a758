// Who is told what: order truth writes down every change once, asks where it cannot conclude, and
// says aloud what should not have happened.
import { describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { RejectReason } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench, NOW } from './truth-bench.ts'

const K = VenueEventKind

describe('order truth', () => {
  it('tells a change once and its repeats to nobody', () => {
    const { tell } = bench()
    expect(tell(K.Accepted, { receivedNs: 5 })).toEqual(['open'])
    expect(tell(K.Accepted, { receivedNs: 6 })).toEqual([])
    expect(tell(K.Cancelled, { cumQtyUnits: 0 })).toEqual(['cancelled'])
    expect(tell(K.Cancelled, { cumQtyUnits: 0 })).toEqual([])
  })

  it('tells of every cancel that was sent, and of no silence about it', () => {
    const { tell, enter } = bench()
    expect(enter(OrderEvent.CancelSend)).toEqual([true, 'pending_cancel'])
    expect(enter(OrderEvent.CancelSend)).toEqual([true, 'pending_cancel'])
    expect(enter(OrderEvent.NoAnswer)).toEqual([true])
    expect(tell(K.Accepted, { receivedNs: 5 })).toEqual(['pending_cancel'])
    expect(enter(OrderEvent.NoAnswer)).toEqual([true])
  })

  it('knows when the venue first accepted, also after a fill', () => {
    const { tell, orders, order } = bench()
    const fill = { tradeId: '1', qtyUnits: 40, priceUnits: 10 }
    expect(tell(K.Fill, fill)).toEqual(['fill 1', 'partially_filled'])
    expect(tell(K.Fill, fill)).toEqual([])
    expect(tell(K.Accepted, { receivedNs: 5 })).toEqual(['partially_filled'])
    expect(tell(K.Accepted, { receivedNs: 6 })).toEqual([])
    expect(orders.acceptedNs(order)).toBe(5)
  })

  it('refuses what the table does not allow and says so', () => {
    const { enter } = bench()
    expect(enter(OrderEvent.SendRefused)).toEqual([false, 'order_event_refused'])
  })

  it('keeps why an order was rejected, and asks when one that was accepted is', () => {
    const { tell, orders, order } = bench()
    expect(tell(K.Rejected, { reason: RejectReason.InvalidPrice })).toEqual(['rejected'])
    expect(tell(K.Rejected, { reason: RejectReason.InvalidPrice })).toEqual([])
    expect(tell(K.PlaceUnknown)).toEqual([])
    expect(orders.rejectReason(order)).toBe(RejectReason.InvalidPrice)
    const other = bench()
    other.tell(K.Accepted, { receivedNs: 5 })
    const rejected = { reason: RejectReason.InvalidPrice }
    expect(other.tell(K.Rejected, rejected)).toEqual(['reject_after_accept', 'ask'])
    expect(other.orders.rejectReason(other.order)).toBe(0)
  })

  it('holds no reason against an order that a duplicate id confirms', () => {
    const { tell, orders, order } = bench()
    const duplicate = { reason: RejectReason.DuplicateClientId }
    expect(tell(K.Rejected, duplicate)).toEqual(['unknown', 'ask'])
    expect(orders.rejectReason(order)).toBe(0)
  })

  it('asks how much was filled when the end came without a count', () => {
    expect(bench().tell(K.Cancelled, { cumQtyUnits: -1 })).toEqual(['cancelled', 'ask'])
  })

  it('takes a listed rejection for one', () => {
    const row = { terminal: Terminal.Rejected, cumQtyUnits: 0, qtyUnits: 100 }
    expect(bench().tell(K.ReportedDone, row)).toEqual(['rejected'])
  })

  it('leaves alone an order whose cancel is refused and nobody asked for', () => {
    const { tell } = bench()
    tell(K.Accepted)
    expect(tell(K.CancelRejected, { reason: RejectReason.StillOpen })).toEqual([])
    tell(K.Cancelled, { cumQtyUnits: 0 })
    expect(tell(K.CancelRejected, { reason: RejectReason.UnknownOrder })).toEqual([])
  })

  it('hears what nobody can name only of fills', () => {
    const { tell } = bench()
    const nameless = { clientIdHi: 0, clientIdLo: 0, tradeId: '1', qtyUnits: 5, priceUnits: 10 }
    expect(tell(K.Fill, nameless)).toEqual(['unmatched'])
    expect(tell(K.Cancelled, { ...nameless, venueOrderId: '78' })).toEqual([])
  })

  it('finds an order whose id has a high half of zero', () => {
    const { tell, send } = bench()
    send(0, 5)
    expect(tell(K.Accepted, { clientIdHi: 0, clientIdLo: 5 })).toEqual(['open'])
  })
})

describe('what a person is told', () => {
  it.each([
    [
      'of a rejected order that lives',
      [
        [K.Rejected, { reason: RejectReason.InvalidPrice }],
        [K.ReportedOpen, {}],
      ],
      ['rejected_order_lives 0 held for rejected, and is open'],
    ],
    [
      'of a late fill',
      [
        [K.Cancelled, { cumQtyUnits: 0 }],
        [K.Fill, { tradeId: '1', qtyUnits: 30, priceUnits: 10 }],
      ],
      ['late_fill 0 trade 1'],
    ],
    [
      'of more than was ordered',
      [
        [K.Fill, { tradeId: '1', qtyUnits: 60, priceUnits: 10 }],
        [K.Fill, { tradeId: '2', qtyUnits: 45, priceUnits: 10 }],
      ],
      ['order_overfilled 0 trade 2'],
    ],
    [
      'of a rejection that cannot be',
      [
        [K.Accepted, { receivedNs: 5 }],
        [K.Rejected, { reason: RejectReason.InvalidPrice, venueText: 'no such price' }],
      ],
      ['reject_after_accept 0 no such price'],
    ],
  ] as const)('%s', (_what, events, alarms) => {
    const b = bench()
    for (const [kind, facts] of events) b.tell(kind, facts)
    expect(b.alarms).toEqual(alarms)
  })
})

describe('a report of an open order', () => {
  it.each([
    // what it says                       what is told   quantity, price
    [{ qtyUnits: 100, priceUnits: 10 }, [], 100, 10],
    [{ qtyUnits: 0, priceUnits: 0 }, [], 100, 10],
    [{ qtyUnits: 90, priceUnits: 10 }, ['open'], 90, 10],
    [{ qtyUnits: 100, priceUnits: 11 }, ['open'], 100, 11],
    [{ venueOrderId: '77' }, ['open'], 100, 10],
    [{ side: Side.Sell }, [], 100, 10],
  ])('of %j tells %j', (facts, told, qty, price) => {
    const { tell, orders, order } = bench()
    tell(K.Accepted, { receivedNs: 5 })
    expect(tell(K.ReportedOpen, { cumQtyUnits: 0, ...facts })).toEqual(told)
    expect([orders.qtyUnits(order), orders.priceUnits(order)]).toEqual([qty, price])
    expect(orders.side(order)).toBe(Side.Buy)
  })

  it('tells a larger count once, and asks for its fills until they are booked', () => {
    const { tell } = bench()
    tell(K.Accepted, { receivedNs: 5 })
    expect(tell(K.ReportedOpen, { cumQtyUnits: 40 })).toEqual(['open', 'owed'])
    expect(tell(K.ReportedOpen, { cumQtyUnits: 40 })).toEqual(['owed'])
    expect(tell(K.ReportedOpen, { cumQtyUnits: 30 })).toEqual(['owed'])
    tell(K.Fill, { tradeId: '1', qtyUnits: 40, priceUnits: 10 })
    expect(tell(K.ReportedOpen, { cumQtyUnits: 40 })).toEqual([])
  })
})

describe('an amend', () => {
  const amending = () => {
    const b = bench()
    b.tell(K.Accepted, { receivedNs: 5 })
    b.truth.amendSent(b.order, 150, NOW)
    expect(b.said.splice(0)).toEqual(['pending_amend'])
    return b
  }

  it.each([
    // what comes meanwhile                                what is told     quantity
    ['a report', K.ReportedOpen, { qtyUnits: 100, cumQtyUnits: 0 }, [], 150],
    ['its terms', K.Amended, { qtyUnits: 60, cumQtyUnits: 40 }, ['open', 'owed'], 60],
    ['a refusal with terms', K.AmendRejected, { qtyUnits: 100 }, ['open'], 100],
    ['a bare refusal', K.AmendRejected, {}, ['ask'], 150],
    // The quantity is left over from another event: silence says nothing of it.
    ['silence', K.AmendUnknown, { qtyUnits: 60 }, ['ask'], 150],
  ])('counts as the larger of both until its answer: %s', (_what, kind, facts, told, qty) => {
    const { tell, orders, order } = amending()
    expect(tell(kind, facts)).toEqual(told)
    expect(orders.qtyUnits(order)).toBe(qty)
  })

  it('needs no answer once the order is over', () => {
    const { tell, orders, order } = amending()
    tell(K.Cancelled, { cumQtyUnits: 0 })
    expect(tell(K.AmendUnknown)).toEqual([])
    expect(tell(K.AmendRejected)).toEqual([])
    expect(ORDER_STATE_NAMES[orders.state(order)]).toBe('cancelled')
  })

  it('to less than was asked for leaves the larger quantity standing', () => {
    const b = bench()
    b.tell(K.Accepted, { receivedNs: 5 })
    b.truth.amendSent(b.order, 60, NOW)
    expect(b.orders.qtyUnits(b.order)).toBe(100)
  })
})
