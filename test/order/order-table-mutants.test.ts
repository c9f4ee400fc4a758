// What the small ids and short tables of order-table.test.ts never come across: ids that share a
// bucket, rows whose every field was used before, orders of other programs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrderTable } from '#order/order-table.ts'

function take(table: OrderTable, hi: number, lo: number): number {
  const order = table.take(hi, lo)
  if (order >= 0) table.setTask(order, 1)
  return order
}

describe('an order table', () => {
  it('finds what a map finds when ids are spread over all bits and buckets are shared', () => {
    const half = fc.integer({ min: 0, max: 0xffff_ffff })
    const ids = fc.array(fc.tuple(half, half), { minLength: 40, maxLength: 40 })
    const steps = fc.array(fc.nat(39), { minLength: 100, maxLength: 100 })
    fc.assert(
      fc.property(ids, steps, (names, script) => {
        const table = new OrderTable(16)
        const oracle = new Map<number, number>()
        const known = (at: number) => oracle.get(at) ?? -1
        for (const at of script) {
          const [hi, lo] = names[at]!
          if (oracle.has(at)) {
            table.release(known(at))
            oracle.delete(at)
          } else if (table.find(hi, lo) === -1 && oracle.size < 16) {
            oracle.set(at, take(table, hi, lo))
          }
        }
        const found = names.map(([hi, lo]) => table.find(hi, lo))
        const expected = names.map(([hi, lo]) =>
          known(names.findIndex((name, at) => name[0] === hi && name[1] === lo && oracle.has(at))),
        )
        expect(found).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('hands out rows that remember nothing of the order before', () => {
    const table = new OrderTable(1)
    const order = take(table, 1, 2)
    const said = () => [
      table.isReduceOnly(order),
      table.rejectReason(order),
      table.filledNotional(order),
      table.acceptedNs(order),
      table.isAckRecorded(order),
      table.isForeign(order),
      table.foreignId(order),
      table.venueOrderId(order),
    ]
    const fresh = said()
    expect(fresh).toEqual([false, 0, 0, 0, false, false, '', ''])
    table.setReduceOnly(order, true)
    table.setRejectReason(order, 4)
    table.setFilledNotional(order, 5)
    table.setAcceptedNs(order, 6)
    table.setAckRecorded(order, true)
    table.setForeignId(order, 'web_1')
    expect(table.setVenueOrderId(order, '7')).toBe(true)
    expect([table.isForeign(order), table.foreignId(order)]).toEqual([true, 'web_1'])
    table.release(order)
    expect(take(table, 3, 4)).toBe(order)
    expect(said()).toEqual(fresh)
  })

  it('says whether the venue’s name of an order is news', () => {
    const table = new OrderTable(2)
    const order = take(table, 1, 2)
    const news = ['', '7', '7', '', '8', '7'].map((name) => table.setVenueOrderId(order, name))
    expect(news).toEqual([false, true, false, false, true, true])
    expect([table.findByVenueOrderId(0, 0, '7'), table.findByVenueOrderId(0, 0, '8')]).toEqual([
      order,
      -1,
    ])
  })

  it('forgets a name that was looked up before it was replaced', () => {
    const table = new OrderTable(2)
    const order = take(table, 1, 2)
    table.setVenueOrderId(order, '7')
    expect(table.findByVenueOrderId(0, 0, '7')).toBe(order)
    table.setVenueOrderId(order, '8')
    expect(table.findByVenueOrderId(0, 0, '7')).toBe(-1)
    expect(table.findByVenueOrderId(0, 0, '8')).toBe(order)
    table.release(order)
    expect(table.findByVenueOrderId(0, 0, '8')).toBe(-1)
  })

  it('does not release a row that was never taken', () => {
    expect(() => new OrderTable(2).release(1)).toThrow('released once')
  })
})
