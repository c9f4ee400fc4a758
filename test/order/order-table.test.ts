import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'

const ORDER_FIELDS = [
  ...(['priceUnits', 'qtyUnits', 'filledUnits', 'cumQtyUnits', 'state', 'task'] as const),
  ...(['instrument', 'account', 'side', 'clientIdHi', 'clientIdLo', 'nextOfTask'] as const),
  ...(['type', 'timeInForce', 'isReduceOnly', 'rejectReason', 'createdNs', 'sentNs'] as const),
  ...(['acceptedNs', 'nextOfInstrument', 'isLinked', 'isForeign', 'isRetiring'] as const),
  'isAckRecorded',
] as const

/** Takes a row and gives it a task, as the order sender does. */
function take(table: OrderTable, hi: number, lo: number): number {
  const order = table.take(hi, lo)
  if (order >= 0) table.setTask(order, 1)
  return order
}

describe('the order table', () => {
  it('hands out rows that are fresh, whatever stood there', () => {
    const table = new OrderTable(1)
    const order = take(table, 1, 2)
    table.setState(order, OrderState.Filled)
    table.setFilledUnits(order, 9)
    table.setCumQtyUnits(order, 9)
    table.setSentNs(order, 5)
    table.setVenueOrderId(order, '77')
    table.release(order)
    const again = take(table, 3, 4)
    expect(again).toBe(order)
    expect([table.state(again), table.filledUnits(again), table.cumQtyUnits(again)]).toEqual([
      OrderState.Created,
      0,
      0,
    ])
    expect([table.sentNs(again), table.venueOrderId(again)]).toEqual([0, ''])
    expect(table.findByVenueOrderId(0, 0, '77')).toBe(-1)
  })

  it('is full with −1, never by growing', () => {
    const table = new OrderTable(2)
    expect([take(table, 0, 1), take(table, 0, 2), take(table, 0, 3)]).toEqual([0, 1, -1])
    table.release(0)
    expect([take(table, 0, 3), table.count]).toEqual([0, 2])
  })

  it('refuses an id twice and a release twice', () => {
    const table = new OrderTable(4)
    const order = take(table, 5, 6)
    expect(() => table.take(5, 6)).toThrow('used once')
    table.release(order)
    expect(() => table.release(order)).toThrow('released once')
  })

  it('finds by the venue’s id within its account and instrument', () => {
    const table = new OrderTable(4)
    const order = take(table, 0, 1)
    table.setAccount(order, 2)
    table.setInstrument(order, 3)
    table.setVenueOrderId(order, '42')
    expect(table.findByVenueOrderId(2, 3, '42')).toBe(order)
    expect(table.findByVenueOrderId(1, 3, '42')).toBe(-1)
    expect(table.findByVenueOrderId(2, 4, '42')).toBe(-1)
    table.setVenueOrderId(order, '')
    expect(table.findByVenueOrderId(2, 3, '42')).toBe(order)
  })

  it('forgets a name that the venue replaced', () => {
    const table = new OrderTable(4)
    const order = take(table, 0, 1)
    table.setVenueOrderId(order, '42')
    table.setVenueOrderId(order, '43')
    expect(table.findByVenueOrderId(0, 0, '42')).toBe(-1)
    table.release(order)
    expect(table.findByVenueOrderId(0, 0, '43')).toBe(-1)
  })

  it('finds by the venue’s id whatever was named, renamed and given back before', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(5), fc.nat(9)), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (script) => {
        const table = new OrderTable(8)
        const names = new Map<number, string>()
        let lastId = 0
        for (const [step, at, name] of script) {
          const order = [...names.keys()][at] ?? -1
          if (step === 0) {
            const fresh = take(table, 0, ++lastId)
            if (fresh >= 0) names.set(fresh, '')
          } else if (order >= 0 && step === 1) {
            table.release(order)
            names.delete(order)
          } else if (order >= 0 && step === 2) {
            // Two orders never share a name.
            table.setVenueOrderId(order, `${order}-${name}`)
            names.set(order, `${order}-${name}`)
          }
          if (step < 3) continue
          for (let o = 0; o < 8; o++) {
            const isNamed = names.get(o) === `${o}-${name}`
            expect(table.findByVenueOrderId(0, 0, `${o}-${name}`)).toBe(isNamed ? o : -1)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what is written to each field apart from every other', () => {
    const table = new OrderTable(3)
    const [, order] = [take(table, 0, 1), take(table, 0xffff_ffff, 0xffff_fffe), take(table, 0, 3)]
    const before = ORDER_FIELDS.map((field) => table[field](0))
    table.setPriceUnits(order, 1e15 + 1)
    table.setQtyUnits(order, 2)
    table.setFilledUnits(order, 3)
    table.setCumQtyUnits(order, 4)
    table.setState(order, OrderState.Unknown)
    table.setTask(order, 7)
    table.setInstrument(order, 8)
    table.setAccount(order, 9)
    table.setSide(order, 1)
    table.setNextOfTask(order, 10)
    table.setType(order, 2)
    table.setTimeInForce(order, 3)
    table.setReduceOnly(order, true)
    table.setRejectReason(order, 12)
    table.setCreatedNs(order, 13)
    table.setSentNs(order, 14)
    table.setAcceptedNs(order, 15)
    table.setNextOfInstrument(order, 16)
    table.setRetiring(order, true)
    table.setForeignId(order, 'x')
    const numbers = [1e15 + 1, 2, 3, 4, OrderState.Unknown, 7, 8, 9, 1, 0xffff_ffff, 0xffff_fffe]
    const others = [10, 2, 3, true, 12, 13, 14, 15, 16, false, true, true, false]
    expect(ORDER_FIELDS.map((field) => table[field](order))).toEqual([...numbers, ...others])
    expect(ORDER_FIELDS.map((field) => table[field](0))).toEqual(before)
    table.setRetiring(order, false)
    expect([table.isRetiring(order), table.isForeign(order)]).toEqual([false, true])
  })

  it('finds what a map finds, through any taking and releasing', () => {
    // Few distinct ids and few buckets: chains collide, wrap around and are closed again.
    const id = fc.tuple(fc.nat(3), fc.nat(12))
    const steps = fc.array(fc.tuple(fc.boolean(), id), { maxLength: 300 })
    fc.assert(
      fc.property(steps, (script) => {
        const table = new OrderTable(16)
        const oracle = new Map<string, number>()
        for (const [isTake, [hi, lo]] of script) {
          const key = `${hi} ${lo}`
          const known = oracle.get(key)
          if (isTake && known === undefined) {
            const order = take(table, hi, lo)
            expect(order >= 0).toBe(oracle.size < 16)
            if (order >= 0) oracle.set(key, order)
          } else if (!isTake && known !== undefined) {
            table.release(known)
            oracle.delete(key)
          }
          expect(table.count).toBe(oracle.size)
        }
        for (let hi = 0; hi < 4; hi++) {
          for (let lo = 0; lo < 13; lo++) {
            expect(table.find(hi, lo)).toBe(oracle.get(`${hi} ${lo}`) ?? -1)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
