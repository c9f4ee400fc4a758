// What a start knows of its tasks: their newest words, and how many orders they have sent.
import { describe, expect, it } from 'vitest'
import { CancelCause } from '#order/intent.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { idOf, keyOf, ToldJournal } from './told-journal.ts'

const reprice = { event: OrderEvent.CancelSend, reason: CancelCause.Reprice }

const told = (): ToldJournal => new ToldJournal().beginWithTask()
const taskOf = (journal: ToldJournal) => journal.past().tasks.get(0)

const counts = (journal: ToldJournal): string => {
  const { orders = -1, rejects = -1, reprices = -1 } = taskOf(journal) ?? {}
  return `${orders} orders, ${rejects} rejects, ${reprices} reprices`
}

describe('a task', () => {
  it('is as its first record leaves it', () => {
    expect(taskOf(told())).toEqual({
      index: 0,
      id: 't0',
      type: 'iceberg',
      parameters: '{}',
      state: 0,
      stateName: 'NOT_STARTED',
      reason: '',
      note: null,
      orders: 0,
      rejects: 0,
      reprices: 0,
    })
  })

  it('is what the newest records of each kind say', () => {
    const journal = told()
    for (const n of [1, 2]) {
      journal.add('task_updated', { task: 0, parameters: `{"n":${n}}` })
      journal.add('task_state', { task: 0, state: n, stateName: `S${n}`, reason: `why ${n}` })
      journal.add('task_note', { task: 0, note: `{"arrival_mid":${n}}` })
    }
    expect(taskOf(journal)).toMatchObject({
      id: 't0',
      parameters: '{"n":2}',
      note: { arrival_mid: 2 },
      state: 2,
      stateName: 'S2',
      reason: 'why 2',
    })
  })

  it('goes on from the counts of a snapshot', () => {
    const journal = told().add('task_counts', { task: 0, orders: 7, rejects: 2, reprices: 3 })
    expect(counts(journal.order(0))).toBe('8 orders, 2 rejects, 3 reprices')
  })

  it.each([
    ['nothing', () => told(), '0 orders, 0 rejects, 0 reprices'],
    ['every order', () => told().order(0).order(1), '2 orders, 0 rejects, 0 reprices'],
    [
      'no order that never left the house',
      () =>
        told().order(0).order(1).event(1, OrderState.Rejected, { event: OrderEvent.SendRefused }),
      '1 orders, 0 rejects, 0 reprices',
    ],
    [
      'rejections',
      () => told().order(0).event(0, OrderState.Rejected, { event: OrderEvent.Reject }),
      '1 orders, 1 rejects, 0 reprices',
    ],
    [
      'a cancel for another price, once however often it is sent',
      () =>
        told()
          .order(0)
          .event(0, OrderState.PendingCancel, reprice)
          .event(0, OrderState.PendingCancel, reprice)
          .event(0, OrderState.PendingCancel, reprice),
      '1 orders, 0 rejects, 1 reprices',
    ],
    [
      'no cancel for another reason, and nothing else of that number',
      () =>
        told()
          .order(0)
          .event(0, OrderState.Open, { ...reprice, event: OrderEvent.Accept })
          .event(0, OrderState.PendingCancel, { ...reprice, reason: CancelCause.Pause }),
      '1 orders, 0 rejects, 0 reprices',
    ],
    [
      'no order of other programs',
      () =>
        told()
          .order(0)
          .order(1)
          .add('order_foreign', { ...idOf(1), foreignId: 'x' })
          .add('order_foreign', { ...idOf(2), foreignId: 'of an order that is forgotten' }),
      '1 orders, 0 rejects, 0 reprices',
    ],
  ])('counts %s', (_name, tell, expected) => {
    expect(counts(tell())).toBe(expected)
  })

  it('is no condition of an order: there are orders that nobody owns', () => {
    const orphan = { task: ORPHAN_TASK }
    const journal = told()
      .order(0, orphan)
      .event(0, OrderState.Rejected, { event: OrderEvent.Reject })
      .add('order_foreign', { ...idOf(0), foreignId: 'x' })
    expect(counts(journal)).toBe('0 orders, 0 rejects, 0 reprices')
    expect(journal.past().orders.get(keyOf(0))?.foreignId).toBe('x')
  })
})
