// A row of numbers an order: every field has a place of its own, in every row.
import { expect, it } from 'vitest'
import { OrderRows } from '#order/order-rows.ts'

type Accessor = readonly [
  name: string,
  set: (rows: OrderRows, order: number, value: number) => void,
  get: (rows: OrderRows, order: number) => number,
]

const NUMBERS: readonly Accessor[] = [
  ['price', (rows, o, v) => rows.setPriceUnits(o, v), (rows, o) => rows.priceUnits(o)],
  ['quantity', (rows, o, v) => rows.setQtyUnits(o, v), (rows, o) => rows.qtyUnits(o)],
  ['filled', (rows, o, v) => rows.setFilledUnits(o, v), (rows, o) => rows.filledUnits(o)],
  ['counted', (rows, o, v) => rows.setCumQtyUnits(o, v), (rows, o) => rows.cumQtyUnits(o)],
  ['task', (rows, o, v) => rows.setTask(o, v), (rows, o) => rows.task(o)],
  ['instrument', (rows, o, v) => rows.setInstrument(o, v), (rows, o) => rows.instrument(o)],
  ['account', (rows, o, v) => rows.setAccount(o, v), (rows, o) => rows.account(o)],
  ['next of task', (rows, o, v) => rows.setNextOfTask(o, v), (rows, o) => rows.nextOfTask(o)],
  ['reason', (rows, o, v) => rows.setRejectReason(o, v), (rows, o) => rows.rejectReason(o)],
  ['created', (rows, o, v) => rows.setCreatedNs(o, v), (rows, o) => rows.createdNs(o)],
  ['sent', (rows, o, v) => rows.setSentNs(o, v), (rows, o) => rows.sentNs(o)],
  ['accepted', (rows, o, v) => rows.setAcceptedNs(o, v), (rows, o) => rows.acceptedNs(o)],
  [
    'next of instrument',
    (rows, o, v) => rows.setNextOfInstrument(o, v),
    (rows, o) => rows.nextOfInstrument(o),
  ],
  ['notional', (rows, o, v) => rows.setFilledNotional(o, v), (rows, o) => rows.filledNotional(o)],
]

const FLAGS: readonly Accessor[] = [
  ['reduce only', (r, o, v) => r.setReduceOnly(o, v === 1), (r, o) => Number(r.isReduceOnly(o))],
  ['linked', (r, o, v) => r.setLinked(o, v === 1), (r, o) => Number(r.isLinked(o))],
  ['foreign', (r, o, v) => r.setForeign(o, v === 1), (r, o) => Number(r.isForeign(o))],
  ['retiring', (r, o, v) => r.setRetiring(o, v === 1), (r, o) => Number(r.isRetiring(o))],
  ['ack recorded', (r, o, v) => r.setAckRecorded(o, v === 1), (r, o) => Number(r.isAckRecorded(o))],
]

const ORDERS = [0, 1, 2]
const nameOf = ([name]: Accessor): string => name
const valueOf = (field: number, order: number): number => 1_000 * (order + 1) + field

it('keeps every number of every order apart', () => {
  const rows = new OrderRows(ORDERS.length)
  for (const order of ORDERS) {
    for (const [field, [, set]] of NUMBERS.entries()) set(rows, order, valueOf(field, order))
    for (const [, set] of FLAGS) set(rows, order, 1)
  }
  for (const order of ORDERS) {
    for (const [field, [name, , get]] of NUMBERS.entries()) {
      expect([name, get(rows, order)]).toEqual([name, valueOf(field, order)])
    }
  }
})

it.each(FLAGS)('marks %s by itself', (name, set, get) => {
  const rows = new OrderRows(ORDERS.length)
  const marked = () => ORDERS.map((o) => FLAGS.filter((flag) => flag[2](rows, o) === 1).map(nameOf))
  for (const order of ORDERS) {
    set(rows, order, 1)
    expect(get(rows, order)).toBe(1)
    expect(marked()).toEqual(ORDERS.map((o) => (o === order ? [name] : [])))
    set(rows, order, 0)
    expect(marked()).toEqual([[], [], []])
  }
})
