// What a count proves and no trade shows: when it is booked, for how much, and for which order.
import { describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { OrderEvent } from '#order/order-state.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench, NOW, OWN_ID } from './truth-bench.ts'

const K = VenueEventKind
const NEXT = { clientIdHi: 600, clientIdLo: 7 }

describe('fills that nobody has shown', () => {
  it('are booked as what they are: lots without fee, maker or time', () => {
    const { tell, truth, order, booked } = bench()
    tell(K.Cancelled, { cumQtyUnits: 70 })
    expect(truth.inferOwed(order, NOW)).toBe(true)
    const lot = {
      order,
      ...OWN_ID,
      task: 0,
      account: 0,
      instrument: 0,
      side: Side.Buy,
      priceUnits: 10,
      qtyUnits: 70,
      fee: '',
      feeAsset: '',
      isMaker: false,
      venueTimeUs: 0,
    }
    expect(booked).toEqual([{ ...lot, tradeId: expect.stringMatching(/^~f\w{11}\.1000\.0$/) }])
  })

  it('are none when nothing is owed, and wait when nobody knows a price', () => {
    const { tell, truth, orders, order, booked } = bench()
    expect(truth.inferOwed(order, NOW)).toBe(true)
    orders.setPriceUnits(order, 0)
    tell(K.Cancelled, { cumQtyUnits: 70 })
    expect(truth.inferOwed(order, NOW)).toBe(false)
    expect([booked, orders.filledUnits(order)]).toEqual([[], 0])
  })

  it('are counted by the venue as well once they are booked', () => {
    const { tell, truth, orders, order, said, enter } = bench()
    tell(K.Accepted)
    truth.infer(order, 40, 400, NOW)
    expect([orders.filledUnits(order), orders.cumQtyUnits(order)]).toEqual([40, 40])
    expect(said.splice(0).at(-1)).toBe('partially_filled')
    tell(K.Cancelled, { cumQtyUnits: 40 })
    truth.infer(order, 10, 100, NOW)
    said.length = 0
    expect(enter(OrderEvent.NoAnswer)).toEqual([true])
  })

  it('are those of one order: another has nothing provisional and takes nothing back', () => {
    const { tell, truth, order, send, alarms, fills } = bench()
    expect(truth.isProvisional(order)).toBe(false)
    tell(K.Cancelled, { cumQtyUnits: 70 })
    truth.inferOwed(order, NOW)
    const next = send(NEXT.clientIdHi, NEXT.clientIdLo)
    expect([truth.isProvisional(order), truth.isProvisional(next)]).toEqual([true, false])
    tell(K.Cancelled, { ...NEXT, cumQtyUnits: 0 })
    tell(K.Fill, { ...NEXT, tradeId: '1', qtyUnits: 5, priceUnits: 10 })
    expect(alarms).toEqual([`late_fill ${next} trade 1`])
    expect(fills.totals(0).qtyUnits).toBe(75)
    expect(truth.isProvisional(order)).toBe(true)
  })

  it('are awaited: a trade that replaces them is not late', () => {
    const { tell, truth, order, alarms, fills } = bench()
    tell(K.Cancelled, { cumQtyUnits: 70 })
    truth.inferOwed(order, NOW)
    tell(K.Fill, { tradeId: '1', qtyUnits: 70, priceUnits: 9 })
    expect([alarms, fills.totals(0).qtyUnits, truth.isProvisional(order)]).toEqual([[], 70, false])
  })

  it('have no price of the order that had their row before', () => {
    const { tell, truth, orders, order, send } = bench()
    const done = { terminal: Terminal.Cancelled, cumQtyUnits: 70, cumNotionalUnits: 693 }
    tell(K.ReportedDone, done)
    tell(K.Fill, { tradeId: '1', qtyUnits: 70, priceUnits: 10 })
    orders.release(order)
    expect(send(NEXT.clientIdHi, NEXT.clientIdLo)).toBe(order)
    tell(K.Cancelled, { ...NEXT, cumQtyUnits: 70 })
    truth.inferOwed(order, NOW)
    expect(orders.filledNotional(order)).toBe(700)
  })
})
