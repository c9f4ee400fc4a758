// Whatever state an order was in when the engine died, it counts in full until its venue was asked.
import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_S, qtyUnits } from '#core/units.ts'
import { readSegments } from '#journal/reader.ts'
import { Past } from '#loop/past.ts'
import { restorePast } from '#loop/restore.ts'
import { Retention } from '#loop/retention.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { isTerminal, ORDER_STATE_NAMES, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import type { VenueRoster } from '#loop/venue-roster.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const FACTS = { ...BTC_USDT, maxQtyUnits: qtyUnits(9_000) }

/** Made when the wall clock showed 1 s. */
function restored(state: OrderState, filledUnits: number, cumQtyUnits: number, wallUs = 2e6) {
  const past = new Past(readSegments([]))
  const [hi, lo] = [clientIdHi(1, 1, 0), clientIdLo(0, 0)]
  const created = {
    priceUnits: 100,
    qtyUnits: 50,
    clientIdHi: hi,
    clientIdLo: lo,
    task: 0,
    instrument: 0,
    account: 0,
    side: 0,
    type: 0,
    timeInForce: 0,
    reduceOnly: false,
  }
  const account = { market: 'test_spot', name: 'main' }
  const touched = { latestUs: 1e6, nowNs: 0, life: 0 }
  const times = { createdWallUs: 1e6, madeUs: 1e6, touched }
  const facts = { instrument: FACTS, account, ...times }
  const told = { venueOrderId: '5', foreignId: '' }
  past.orders.set('0:0', { created, ...facts, ...told, state, filledUnits, cumQtyUnits })
  const instruments = new InstrumentTable()
  instruments.put(FACTS)
  const orders = new OrderTable(8)
  const live = new LiveOrders(orders)
  const fills = new FillLedger()
  const positions = new PositionLedger()
  const listener = {
    onOrderChanged: () => {},
    onFill: () => {},
    onNeedsQuery: () => {},
    onOwedFills: () => {},
    onAdopted: () => {},
    onAnomaly: () => {},
    onUnmatchedFill: () => {},
  }
  const truth = new OrderTruth({
    orders,
    live,
    fills,
    positions,
    instance: 1,
    taskOf: (task) => task,
    listener,
  })
  const retention = new Retention(orders, live)
  const roster = { accountIndex: () => 0 } as unknown as VenueRoster
  const target = { instruments, orders, live, fills, positions, truth, retention, roster }
  restorePast(past, target, monoNs(10 * NS_PER_S), wallUs)
  return { orders, live, order: orders.find(hi, lo) }
}

describe('an order that the journal left behind', () => {
  const openEnded = Object.values(OrderState).filter((state) => !isTerminal(state))

  it.each(openEnded.map((state) => [ORDER_STATE_NAMES[state], state] as const))(
    '%s counts in full',
    (_name, state) => {
      const { live, order, orders } = restored(state, 0, 0)
      expect(live.has(order)).toBe(true)
      expect(live.exposureOfTask(0)).toBe(50)
      // A cancel under way stays one; everything else is unknown until asked.
      const expected = state === OrderState.PendingCancel ? state : OrderState.Unknown
      expect(orders.state(order)).toBe(expected)
    },
  )

  it('that is terminal and owes fills counts what it owes', () => {
    const { live } = restored(OrderState.Cancelled, 0, 20)
    expect(live.exposureOfTask(0)).toBe(20)
  })

  it.each([
    ['is as old as the wall clock says', 2e6, 9],
    ['was not made in the future when that clock was set back', 0.5e6, 10],
  ])('%s', (_name, wallUs, createdS) => {
    const { orders, order } = restored(OrderState.Open, 0, 0, wallUs)
    expect(orders.createdNs(order)).toBe(createdS * NS_PER_S)
  })

  it('that is settled counts nothing and is kept for late news', () => {
    const { live, order } = restored(OrderState.Cancelled, 0, 0)
    expect([live.has(order), order]).toEqual([false, 0])
  })
})
