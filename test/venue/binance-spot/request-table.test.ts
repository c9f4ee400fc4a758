import fc from 'fast-check'
import { expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { RequestKind, RequestTable } from '#venue/binance-spot/request-table.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'

const SESSION = null as unknown as WebSocketSession
const take = (table: RequestTable): number => table.take(RequestKind.Place, SESSION, monoNs(1))

it('finds what is unanswered by its id, and nothing that was answered', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 200 }), (steps) => {
      const table = new RequestTable()
      const open: { slot: number; id: number }[] = []
      const answered: number[] = []
      for (const step of steps) {
        if (step < 6) {
          const slot = take(table)
          open.push({ slot, id: table.id(slot) })
        } else if (open.length > 0) {
          const [{ slot, id }] = open.splice(step % open.length, 1) as [(typeof open)[number]]
          table.release(slot)
          answered.push(id)
        }
        expect(table.count).toBe(open.length)
        for (const { slot, id } of open) expect(table.find(id)).toBe(slot)
        for (const id of answered) expect(table.find(id)).toBe(-1)
      }
      const ids = [...open.map(({ id }) => id), ...answered]
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.every((id) => String(id).length === 10)).toBe(true)
    }),
    { numRuns: 200 },
  )
})

it('takes no more than it holds, and takes again what was given back', () => {
  const table = new RequestTable()
  const slots = new Set<number>()
  for (let slot = take(table); slot !== -1; slot = take(table)) slots.add(slot)
  expect(slots.size).toBe(table.count)
  table.release(17)
  expect(take(table)).toBe(17)
  expect(take(table)).toBe(-1)
})

it.each([0, 5, 999_999_999, 10_000_000_000, 2 ** 53, 1_000_000_000.5])('%d is no id', (id) => {
  const table = new RequestTable()
  take(table)
  expect(table.find(id)).toBe(-1)
})

it('goes through its ids again without leaving ten digits', () => {
  const table = new RequestTable()
  for (let i = 0; i < 2_300_000; i++) {
    const slot = take(table)
    if (table.id(slot) > 9_999_999_999) expect.fail(`id ${table.id(slot)}`)
    table.release(slot)
  }
})
