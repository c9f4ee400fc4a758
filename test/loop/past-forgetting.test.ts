// What a past forgets and what stays of it: orders that ended long ago go, what they came to stays
// to the unit, and nothing goes that a venue may still talk about.
import { describe, expect, it } from 'vitest'
import { OrderState } from '#order/order-state.ts'
import { BTC, DAY_S, FINER_BTC, keyOf, LONG_S, MAIN, ToldJournal } from './told-journal.ts'

const told = (): ToldJournal => new ToldJournal().beginWithTask()

/** `orders 0:1 · fills t1 t2 · sums 10 for 1000 in 1 · net -10`, of the first task. */
function remains(journal: ToldJournal): string {
  const past = journal.past()
  const orders = [0, 1, 2].filter((sequence) => past.orders.has(keyOf(sequence)))
  const fills = past.fills.map(({ fill }) => fill.tradeId)
  const sums = past.forgotten.totals.get(0)
  const total = sums && `${sums.qtyUnits} for ${sums.notionalUnits} in ${sums.count}`
  const nets = [...past.forgotten.positions.values()].map(({ netUnits }) => netUnits)
  return [
    ['orders', ...orders],
    ['fills', ...fills],
    ['sums', total],
    ['net', ...nets],
  ]
    .map((words) => words.filter((word) => word !== undefined).join(' '))
    .filter((words) => words.includes(' '))
    .join(' · ')
}

describe('an order that has ended', () => {
  it.each([
    [
      'is remembered for a while',
      () => told().filled(0).pass(1_260).stamp(),
      'orders 0 · fills t0',
    ],
    [
      'is forgotten after it',
      () => told().filled(0).pass(1_261).stamp(),
      'sums 10 for 1000 in 1 · net -10',
    ],
    [
      'is forgotten in another life after as long',
      () => told().filled(0).pass(LONG_S).begin(2),
      'sums 10 for 1000 in 1 · net -10',
    ],
    [
      'is remembered by the clock that nobody sets',
      () => told().filled(0).setClock(DAY_S),
      'orders 0 · fills t0',
    ],
    [
      'which another life does not know',
      () => told().filled(0).begin(2).setClock(DAY_S),
      'sums 10 for 1000 in 1 · net -10',
    ],
    [
      'is remembered while a listing may show it',
      () => told().cursor().filled(0).pass(LONG_S).stamp(),
      'orders 0 · fills t0',
    ],
    [
      'is remembered since it was last heard of',
      () => told().filled(0).pass(1_000).event(0, OrderState.Filled, filled()).pass(1_000).stamp(),
      'orders 0',
    ],
  ])('%s', (_name, tell, expected) => {
    expect(remains(tell())).toContain(expected)
  })

  it('leaves each of its tasks and scopes their sums', () => {
    const journal = told().task(1).filled(0).filled(1)
    journal.order(2, { task: 1 }).fill(2, 'u').event(2, OrderState.Cancelled, filled())
    const { totals, positions } = journal.pass(LONG_S).stamp().past().forgotten
    expect([...totals].map(([task, sums]) => [task, sums.qtyUnits])).toEqual([
      [0, 20],
      [1, 10],
    ])
    expect([...positions.values()]).toEqual([{ account: MAIN, instrument: BTC, netUnits: -30 }])
  })

  it('leaves sums that follow its listing to finer scales', () => {
    const journal = told().filled(0).pass(LONG_S).stamp()
    expect(remains(journal.begin(2, FINER_BTC))).toBe('sums 1000 for 1000000 in 1 · net -1000')
  })
})

describe('an order that may still trade', () => {
  it.each([
    [
      'stays however old',
      () => told().order(0).fill(0, 't').pass(DAY_S).stamp(),
      'orders 0 · fills t',
    ],
    [
      'is changed by its venue’s word however late',
      () => told().order(0).pass(DAY_S).event(0, OrderState.Cancelled, filled()),
      'orders 0',
    ],
    [
      'with fills owed stays as well',
      () => told().order(0).event(0, OrderState.Cancelled, { cumQtyUnits: 1 }).pass(DAY_S).stamp(),
      'orders 0',
    ],
  ])('%s', (_name, tell, expected) => {
    expect(remains(tell())).toBe(expected)
  })

  it('is in the state that its last event gave it, however late', () => {
    const past = told().order(0).pass(DAY_S).event(0, OrderState.Expired).past()
    expect(past.orders.get(keyOf(0))?.state).toBe(OrderState.Expired)
  })
})

/** It has ended, and a listing since the cursor would still show it. */
const listed = (): ToldJournal => told().cursor().filled(0)
const stateOf = (journal: ToldJournal) => journal.past().orders.get(keyOf(0))?.state

describe('late news', () => {
  it('of an order that every start may have forgotten changes nothing', () => {
    expect(stateOf(listed().pass(LONG_S).event(0, OrderState.Open))).toBe(OrderState.Filled)
    expect(stateOf(listed().pass(60).event(0, OrderState.Open))).toBe(OrderState.Open)
  })

  it('of a trade counts all the same', () => {
    const journal = told().filled(0).pass(LONG_S).fill(0, 'late')
    expect(remains(journal)).toBe('fills late · sums 10 for 1000 in 1 · net -10')
    journal.pass(LONG_S).stamp()
    expect(remains(journal)).toBe('sums 20 for 2000 in 2 · net -20')
  })

  it('of a trade does not make an order matter that has been forgotten', () => {
    const journal = listed().pass(LONG_S)
    const touched = journal.past().orders.get(keyOf(0))?.touched
    expect(journal.fill(0, 'late').past().orders.get(keyOf(0))?.touched).toEqual(touched)
  })
})

describe('an order that turns up again', () => {
  it.each([
    [
      'keeps the trade ids of its fills: what was listed may be listed again',
      () => told().filled(0).pass(60).order(0),
      'orders 0 · fills t0',
    ],
    [
      'counts no trade that a snapshot would have forgotten, but what they came to',
      () => told().filled(0).pass(LONG_S).order(0),
      'orders 0 · sums 10 for 1000 in 1 · net -10',
    ],
    [
      'keeps old trades as well while it might have gone on',
      () => told().order(0).fill(0, 't0').pass(LONG_S).order(0),
      'orders 0 · fills t0',
    ],
    [
      'keeps of a forgotten one the latest trades only',
      () => told().filled(0).pass(LONG_S).fill(0, 'late').order(0),
      'orders 0 · fills late · sums 10 for 1000 in 1 · net -10',
    ],
  ])('%s', (_name, tell, expected) => {
    expect(remains(tell())).toBe(expected)
  })
})

describe('a snapshot', () => {
  it.each([
    ['whose order and fill are of the life that goes on', true, 'orders 0 · fills t0'],
    ['whose order and fill are of an older life', false, 'sums 10 for 1000 in 1 · net -10'],
  ])('%s: only then do monotonic clocks compare', (_name, isOfLastLife, expected) => {
    const row = { isOfLastLife, orderState: OrderState.Filled }
    const journal = told().orderRow(row).fillRow({ isOfLastLife })
    expect(remains(journal.begin(2).setClock(DAY_S))).toBe(expected)
  })

  it('whose fill alone is of the life that goes on keeps it', () => {
    const journal = told().fillRow({ isOfLastLife: true }).begin(2).setClock(DAY_S)
    expect(remains(journal)).toBe('fills t0')
  })

  it('brings the sums of what was forgotten before it', () => {
    const sums = {
      qtyUnits: 30,
      task: 0,
      instrument: 0,
      fills: 3,
      notional: '12345678901234567890',
    }
    const journal = told()
      .add('task_totals', { ...sums, fees: '{"BNB":"0.5"}' })
      .add('position', { netUnits: -4, account: 0, instrument: 0 })
    const { totals, positions } = journal.past().forgotten
    expect(totals.get(0)).toMatchObject({
      instrument: BTC,
      qtyUnits: 30,
      notionalUnits: 12345678901234567890n,
      count: 3,
    })
    expect(totals.get(0)?.feeByAsset?.get('BNB')?.toFixed()).toBe('0.5')
    expect([...positions.values()]).toEqual([{ account: MAIN, instrument: BTC, netUnits: -4 }])
  })

  it('brings sums that follow their listing to finer scales', () => {
    const sums = { qtyUnits: 30, task: 0, instrument: 0, fills: 3, notional: '3000', fees: '{}' }
    const journal = told()
      .add('task_totals', sums)
      .add('position', { netUnits: -30, account: 0, instrument: 0 })
    expect(remains(journal.begin(2, FINER_BTC))).toBe('sums 3000 for 3000000 in 3 · net -3000')
  })
})

/** Counts of an order whose one fill is booked. */
function filled() {
  return { filledUnits: 10, cumQtyUnits: 10 }
}
