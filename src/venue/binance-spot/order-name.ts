// How an order is called towards Binance spot: by our client order id, or, where a task continues
// another program's order, by the name the user gave. Cold.
import { clientIdText } from '#order/client-order-id.ts'
import type { OrderTable } from '#order/order-table.ts'

const VENUE_ID = /^\d{1,15}$/

/** The parameter that names the order; spot order ids fit a double (Binance spot, 2026-07). */
export function orderName(
  orders: OrderTable,
  order: number,
): { readonly origClientOrderId: string } | { readonly orderId: number } {
  const foreignId = orders.foreignId(order)
  if (VENUE_ID.test(foreignId)) return { orderId: Number(foreignId) }
  if (foreignId !== '') return { origClientOrderId: foreignId }
  return { origClientOrderId: clientIdText(orders.clientIdHi(order), orders.clientIdLo(order)) }
}
