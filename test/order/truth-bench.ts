// Order truth around one order, 100 at a price of 10, that was sent; and what its listener hears.
import { monoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger, type Fill } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { VenueEvent, type VenueEventKind } from '#order/venue-event.ts'

export const NOW = monoNs(1_000)
export const OWN_ID = { clientIdHi: clientIdHi(1, 1, 0), clientIdLo: clientIdLo(0, 0) }

export function bench(capacity = 4) {
  const orders = new OrderTable(capacity)
  const live = new LiveOrders(orders)
  const fills = new FillLedger()
  /** What was heard, in order: the state an order came to, `fill 1`, `ask`, an anomaly's code. */
  const said: string[] = []
  /** Anomalies in full: code, order, words. */
  const alarms: string[] = []
  const booked: Fill[] = []
  const truth = new OrderTruth({
    orders,
    live,
    fills,
    positions: new PositionLedger(),
    instance: 1,
    taskOf: (task) => task,
    listener: {
      onOrderChanged: (o) => said.push(ORDER_STATE_NAMES[orders.state(o)]),
      onFill: (fill) => {
        said.push(`fill ${fill.tradeId}`)
        booked.push(fill)
      },
      onNeedsQuery: () => said.push('ask'),
      onOwedFills: () => said.push('owed'),
      onAdopted: () => said.push('adopted'),
      onAnomaly: (code, o, detail) => {
        said.push(code)
        alarms.push(`${code} ${o} ${detail}`)
      },
      onUnmatchedFill: () => said.push('unmatched'),
    },
  })
  const send = (hi: number, lo: number): number => {
    const sent = orders.take(hi, lo)
    orders.setTask(sent, 0)
    orders.setQtyUnits(sent, 100)
    orders.setPriceUnits(sent, 10)
    truth.enter(sent, OrderEvent.Send, 0, NOW)
    said.length = 0
    return sent
  }
  const order = send(OWN_ID.clientIdHi, OWN_ID.clientIdLo)
  /** Says something of the order, or of another by its ids, and returns what was heard of it. */
  const tell = (kind: VenueEventKind, more: Partial<VenueEvent> = {}) => {
    truth.apply(Object.assign(new VenueEvent(), { kind, instrument: 0, ...OWN_ID, ...more }), NOW)
    return said.splice(0)
  }
  const enter = (event: OrderEvent) => {
    const isTaken = truth.enter(order, event, 0, NOW)
    return [isTaken, ...said.splice(0)]
  }
  return { orders, live, fills, order, said, alarms, booked, truth, send, tell, enter }
}
