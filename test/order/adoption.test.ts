// Orders that carry our instance and that no table knows: a lost journal tail, or a row given back.
import { describe, expect, it } from 'vitest'
import { priceUnits, qtyUnits, Side } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { Terminal, VenueEventKind } from '#order/venue-event.ts'
import { bench, NOW } from './truth-bench.ts'

const K = VenueEventKind
const ID = { clientIdHi: clientIdHi(1, 1, 3), clientIdLo: clientIdLo(3, 9) }
const LOST = { ...ID, account: 2, instrument: 1, venueOrderId: '77' }
const TERMS = { side: Side.Sell, qtyUnits: 50, priceUnits: 11 }
const GONE = { ...TERMS, terminal: Terminal.Cancelled, cumQtyUnits: 0 }
const TRADE = { tradeId: '1', side: Side.Sell, qtyUnits: 5, priceUnits: 11 }

describe('an order that no table knew', () => {
  it.each([
    ['an accept', K.Accepted, {}, ['adopted', 'unknown', 'ask', 'open']],
    ['an open row', K.ReportedOpen, TERMS, ['adopted', 'unknown', 'open']],
    ['a row of the past', K.ReportedDone, GONE, ['adopted', 'unknown', 'cancelled']],
    ['a fill', K.Fill, TRADE, ['adopted', 'unknown', 'ask', 'fill 1', 'partially_filled']],
    ['a cancel', K.Cancelled, {}, []],
    ['an expiry', K.Expired, {}, []],
    ['a rejection', K.Rejected, {}, []],
    ['silence', K.PlaceUnknown, {}, []],
    ['a refused cancel', K.CancelRejected, {}, []],
  ])('is taken up if it is proved to exist: %s', (_name, kind, facts, told) => {
    expect(bench().tell(kind, { ...LOST, ...facts })).toEqual(told)
  })

  it.each([
    ['of another instance', { clientIdHi: clientIdHi(2, 1, 3) }],
    ['of no instrument', { instrument: -1 }],
  ])('is left alone if it is %s', (_name, more) => {
    const kinds = [K.Accepted, K.ReportedOpen, K.ReportedDone]
    for (const kind of kinds) expect(bench().tell(kind, { ...LOST, ...more })).toEqual([])
    expect(bench().tell(K.Fill, { ...LOST, ...TRADE, ...more })).toEqual(['unmatched'])
  })

  it('has the terms that a report tells', () => {
    const { tell, orders, live } = bench()
    const told = tell(K.ReportedOpen, { ...LOST, ...TERMS, cumQtyUnits: 20 })
    expect(told).toEqual(['adopted', 'unknown', 'open', 'owed'])
    const adopted = orders.find(ID.clientIdHi, ID.clientIdLo)
    expect(live.firstOfInstrument(1)).toBe(adopted)
    expect([orders.task(adopted), orders.account(adopted), orders.side(adopted)]).toEqual([
      3,
      2,
      Side.Sell,
    ])
    expect([orders.qtyUnits(adopted), orders.priceUnits(adopted)]).toEqual([50, 11])
    expect([orders.createdNs(adopted), orders.sentNs(adopted)]).toEqual([NOW, NOW])
    expect([orders.cumQtyUnits(adopted), orders.filledUnits(adopted)]).toEqual([20, 0])
  })

  it('has no terms of its own before that, nor those of the order that had its row', () => {
    const { tell, orders } = bench(2)
    const earlier = orders.take(1, 1)
    orders.setTask(earlier, 7)
    orders.setAccount(earlier, 5)
    orders.setInstrument(earlier, 6)
    orders.setQtyUnits(earlier, 999)
    orders.setPriceUnits(earlier, 999)
    orders.setCreatedNs(earlier, 7)
    orders.setSentNs(earlier, 7)
    orders.release(earlier)
    tell(K.Fill, { ...LOST, ...TRADE })
    const adopted = orders.find(ID.clientIdHi, ID.clientIdLo)
    expect(adopted).toBe(earlier)
    expect([orders.qtyUnits(adopted), orders.priceUnits(adopted)]).toEqual([0, 0])
    expect([orders.account(adopted), orders.instrument(adopted)]).toEqual([2, 1])
    expect([orders.createdNs(adopted), orders.sentNs(adopted)]).toEqual([NOW, NOW])
    expect([orders.filledUnits(adopted), orders.side(adopted)]).toEqual([5, Side.Sell])
  })

  it('learns its side and quantity from the first report', () => {
    const { tell, orders } = bench()
    tell(K.Accepted, LOST)
    expect(tell(K.ReportedOpen, { ...LOST, ...TERMS, cumQtyUnits: 0 })).toEqual(['open'])
    const adopted = orders.find(ID.clientIdHi, ID.clientIdLo)
    expect([orders.side(adopted), orders.qtyUnits(adopted)]).toEqual([Side.Sell, 50])
  })

  it('keeps the fills that were booked for it while it had a row', () => {
    const { tell, orders, fills } = bench()
    fills.book({
      ...ID,
      order: 3,
      task: 3,
      account: 2,
      instrument: 1,
      side: Side.Sell,
      priceUnits: priceUnits(11),
      qtyUnits: qtyUnits(20),
      tradeId: '9',
      fee: '',
      feeAsset: '',
      isMaker: false,
      venueTimeUs: 0,
    })
    tell(K.Accepted, LOST)
    const adopted = orders.find(ID.clientIdHi, ID.clientIdLo)
    expect([orders.filledUnits(adopted), orders.cumQtyUnits(adopted)]).toEqual([20, 20])
    expect(tell(K.ReportedOpen, { ...LOST, ...TERMS, cumQtyUnits: 20 })).toEqual([
      'partially_filled',
    ])
  })

  it('is told of by the name that its venue has for it when no row is left', () => {
    const { tell, alarms } = bench(1)
    expect(tell(K.ReportedOpen, { ...LOST, ...TERMS })).toEqual(['orders_full'])
    expect(alarms).toEqual(['orders_full -1 77'])
  })
})
