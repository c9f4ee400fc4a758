// An order by the name a person knows it by: our 12 characters, or the venue's or another program's
// name of one that a task took over. Cold.
import { ParsedClientId } from '#order/client-order-id.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'

export interface FindOrderTables {
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly instruments: { readonly count: number }
}

/** Its row, or −1. One that was taken over is found as long as it may still matter. */
export function findOrder(tables: FindOrderTables, name: string): number {
  const { orders, live, instruments } = tables
  const id = new ParsedClientId()
  if (id.parseText(name)) return orders.find(id.hi, id.lo)
  for (let instrument = 0; instrument < instruments.count; instrument++) {
    let order = live.firstOfInstrument(instrument)
    for (; order !== -1; order = live.nextOfInstrument(order)) {
      if (orders.foreignId(order) === name) return order
    }
  }
  return -1
}
