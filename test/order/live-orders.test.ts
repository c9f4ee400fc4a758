import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { exposureUnits, isSettled, LiveOrders, ORPHAN_TASK, owedUnits } from '#order/live-orders.ts'
import { isTerminal, ORDER_STATE_NAMES, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'

interface Row {
  readonly task: number
  readonly account: number
  readonly instrument: number
  readonly side: Side
  readonly state: OrderState
  readonly qty: number
  readonly filled: number
  readonly cum: number
}

const rows: fc.Arbitrary<Row> = fc.record({
  task: fc.constantFrom(0, 1, ORPHAN_TASK),
  account: fc.nat(1),
  instrument: fc.nat(1),
  side: fc.constantFrom(Side.Buy, Side.Sell),
  state: fc.constantFrom(...Object.values(OrderState)),
  qty: fc.nat(9),
  filled: fc.nat(9),
  cum: fc.nat(9),
})

function put(orders: OrderTable, row: Row, lo: number): number {
  const order = orders.take(0, lo)
  orders.setTask(order, row.task)
  orders.setAccount(order, row.account)
  orders.setInstrument(order, row.instrument)
  orders.setSide(order, row.side)
  orders.setState(order, row.state)
  orders.setQtyUnits(order, row.qty)
  orders.setFilledUnits(order, row.filled)
  orders.setCumQtyUnits(order, row.cum)
  return order
}

/** What an order may still fill, said a second time. */
function couldFill({ state, qty, filled, cum }: Row): number {
  return Math.max(0, (isTerminal(state) ? cum : qty) - filled)
}

function walk(first: number, next: (order: number) => number): number[] {
  const seen: number[] = []
  for (let order = first; order !== -1; order = next(order)) seen.push(order)
  return seen.toSorted((a, b) => a - b)
}

describe('live orders', () => {
  it('are the same orders by task and by instrument, whatever comes and goes', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(11)), { maxLength: 60 })
    fc.assert(
      fc.property(fc.array(rows, { minLength: 12, maxLength: 12 }), steps, (table, script) => {
        const orders = new OrderTable(16)
        const live = new LiveOrders(orders)
        table.forEach((row, at) => put(orders, row, at))
        const kept = new Set<number>()
        for (const [isAdd, order] of script) {
          // Adding or removing twice is the same as once.
          if (isAdd) live.add(order)
          else live.remove(order)
          if (isAdd) kept.add(order)
          else kept.delete(order)
          expect([live.count, live.has(order)]).toEqual([kept.size, isAdd])
        }
        const keptWhere = (is: (row: Row) => boolean) =>
          [...kept].filter((order) => is(table[order]!)).toSorted((a, b) => a - b)
        const sum = (among: readonly number[]) =>
          among.reduce((total, order) => total + couldFill(table[order]!), 0)
        for (const task of [0, 1, 2, ORPHAN_TASK]) {
          const own = keptWhere((row) => row.task === task)
          expect(walk(live.firstOfTask(task), (o) => live.nextOfTask(o))).toEqual(own)
          expect(live.exposureOfTask(task)).toBe(sum(own))
          const unknown = own
            .map((o) => table[o]!)
            .filter((row) => row.state === OrderState.Unknown)
          expect(live.hasUnknown(task)).toBe(unknown.length > 0)
          for (const [account, instrument] of [
            [0, 0],
            [0, 1],
            [1, 0],
          ] as const) {
            const there = unknown.filter(
              (row) => row.account === account && row.instrument === instrument,
            )
            expect(live.hasUnknownOn(task, account, instrument)).toBe(there.length > 0)
          }
        }
        for (const instrument of [0, 1, 2]) {
          const own = keptWhere((row) => row.instrument === instrument)
          expect(walk(live.firstOfInstrument(instrument), (o) => live.nextOfInstrument(o))).toEqual(
            own,
          )
          const books = [
            [0, Side.Buy],
            [0, Side.Sell],
            [1, Side.Sell],
          ] as const
          for (const [account, side] of books) {
            const there = own.filter(
              (order) => table[order]!.account === account && table[order]!.side === side,
            )
            expect(live.exposureOf(account, instrument, side)).toBe(sum(there))
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    // state              qty filled cum  may fill  owed  settled
    [OrderState.Created, 10, 0, 0, 10, 0, false],
    [OrderState.PendingNew, 10, 0, 0, 10, 0, false],
    [OrderState.Open, 10, 0, 0, 10, 0, false],
    [OrderState.PartiallyFilled, 10, 4, 4, 6, 0, false],
    [OrderState.PartiallyFilled, 10, 4, 7, 6, 3, false],
    [OrderState.Unknown, 10, 4, 4, 6, 0, false],
    // More was filled than was ordered: it takes nothing away from the others.
    [OrderState.PendingCancel, 10, 12, 12, 0, 0, false],
    [OrderState.Filled, 10, 10, 10, 0, 0, true],
    [OrderState.Filled, 10, 4, 10, 6, 6, false],
    [OrderState.Cancelled, 10, 4, 4, 0, 0, true],
    [OrderState.Cancelled, 10, 4, 7, 3, 3, false],
    // Our own count may be ahead of the venue's last word.
    [OrderState.Cancelled, 10, 7, 4, 0, 0, true],
    [OrderState.Rejected, 10, 0, 0, 0, 0, true],
    [OrderState.Expired, 10, 0, 1, 1, 1, false],
  ])(
    'state %i: %i ordered, %i booked, %i counted',
    (state, qty, filled, cum, may, owed, settled) => {
      const orders = new OrderTable(1)
      const facts = { task: 0, account: 0, instrument: 0, side: Side.Buy }
      const order = put(orders, { ...facts, state, qty, filled, cum }, 0)
      const told = [
        exposureUnits(orders, order),
        owedUnits(orders, order),
        isSettled(orders, order),
      ]
      expect([ORDER_STATE_NAMES[state], ...told]).toEqual([
        ORDER_STATE_NAMES[state],
        may,
        owed,
        settled,
      ])
    },
  )
})
