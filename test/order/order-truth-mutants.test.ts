// Who is told what: order truth writes down every change once, asks where it cannot conclude, and
// says aloud what should not have happened.
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'

const NOW = monoNs(1_000)
const K = VenueEventKind

function bench(capacity = 4) {
  const orders = new OrderTable(capacity)
  const live = new LiveOrders(orders)
  const said: string[] = []
  const truth = new OrderTruth({
    orders,
    live,
    fills: new FillLedger(),
    positions: new PositionLedger(),
    instance: 1,
    taskOf: (task) => task,
    listener: {
      onOrderChanged: (o) => said.push(ORDER_STATE_NAMES[orders.state(o)]),
      onFill: (fill) => said.push(`fill ${fill.tradeId}`),
      onNeedsQuery: () => said.push('ask'),
      onOwedFills: () => said.push('owed'),
      onAdopted: () => said.push('adopted'),
      onAnomaly: (code) => said.push(code),
      onUnmatchedFill: () => said.push('unmatched'),
    },
  })
  const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
  orders.setTask(order, 0)
  orders.setQtyUnits(order, 100)
  orders.setPriceUnits(order, 10)
  truth.enter(order, OrderEvent.Send, 0, NOW)
  const tell = (kind: VenueEventKind, more: Partial<VenueEvent> = {}) => {
    const ids = { clientIdHi: clientIdHi(1, 1, 0), clientIdLo: clientIdLo(0, 0) }
    truth.apply(Object.assign(new VenueEvent(), { kind, instrument: 0, ...ids, ...more }), NOW)
    return said.splice(0)
  }
  said.length = 0
  return { orders, order, said, truth, tell }
}

describe('order truth', () => {
  it('tells a change once and its repeats to nobody', () => {
    const { tell } = bench()
    expect(tell(K.Accepted, { receivedNs: 5 })).toEqual(['open'])
    expect(tell(K.Accepted, { receivedNs: 6 })).toEqual([])
    expect(tell(K.Cancelled, { cumQtyUnits: 0 })).toEqual(['cancelled'])
    expect(tell(K.Cancelled, { cumQtyUnits: 0 })).toEqual([])
  })

  it('refuses what the table does not allow and says so', () => {
    const { truth, order, said } = bench()
    expect(truth.enter(order, OrderEvent.SendRefused, 0, NOW)).toBe(false)
    expect(said).toEqual(['order_event_refused'])
  })

  it('keeps why an order was rejected, and asks when one that was accepted is', () => {
    const { tell, orders, order } = bench()
    expect(tell(K.Rejected, { reason: RejectReason.InvalidPrice })).toEqual(['rejected'])
    expect(orders.rejectReason(order)).toBe(RejectReason.InvalidPrice)
    const other = bench()
    other.tell(K.Accepted, { receivedNs: 5 })
    const rejected = { reason: RejectReason.InvalidPrice }
    expect(other.tell(K.Rejected, rejected)).toEqual(['reject_after_accept', 'ask'])
    expect(other.orders.rejectReason(other.order)).toBe(0)
  })

  it('asks how much was filled when the end came without a count', () => {
    expect(bench().tell(K.Cancelled, { cumQtyUnits: -1 })).toEqual(['cancelled', 'ask'])
  })

  it('takes a listed rejection for one', () => {
    const row = { terminal: Terminal.Rejected, cumQtyUnits: 0, qtyUnits: 100 }
    expect(bench().tell(K.ReportedDone, row)).toEqual(['rejected'])
  })

  it.each([
    ['an accept', K.Accepted, true],
    ['an open row', K.ReportedOpen, true],
    ['a cancel', K.Cancelled, false],
    ['silence', K.PlaceUnknown, false],
  ])('adopts an order that %s proves to exist', (_name, kind, isAdopted) => {
    const lost = { clientIdHi: clientIdHi(1, 1, 3), clientIdLo: clientIdLo(3, 9), qtyUnits: 50 }
    expect(bench().tell(kind, lost).includes('adopted')).toBe(isAdopted)
    expect(bench().tell(kind, { ...lost, instrument: -1 })).toEqual([])
  })

  it('says when there is no row left for an order to adopt', () => {
    const lost = { clientIdHi: clientIdHi(1, 1, 3), clientIdLo: clientIdLo(3, 9), qtyUnits: 50 }
    expect(bench(1).tell(K.ReportedOpen, lost)).toEqual(['orders_full'])
  })
})
