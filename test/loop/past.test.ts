// What a start knows of earlier lives: each kind of record and what it leaves in the past.
import { describe, expect, it } from 'vitest'
import { US_PER_S } from '#core/units.ts'
import { readSegments } from '#journal/reader.ts'
import { Past } from '#loop/past.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import {
  BTC,
  FINER_BTC,
  idOf,
  keyOf,
  LIFE_NS,
  LONG_S,
  MAIN,
  START_US,
  ToldJournal,
} from './told-journal.ts'

const told = (): ToldJournal => new ToldJournal().beginWithTask()
const orderOf = (journal: ToldJournal) => journal.past().orders.get(keyOf(0))

describe('an empty journal', () => {
  it('knows nothing, and nothing of it is unsettled', () => {
    const past = new Past(readSegments([]))
    expect([past.exists, past.endedClean, past.isSettled]).toEqual([false, false, true])
    expect([past.firstWallUs, past.lastWallUs, past.latestUs]).toEqual([Infinity, 0, 0])
    expect(past.stamp).toEqual({ wallUs: 0, nowNs: 0 })
    expect(past.life).toMatchObject({ number: 0, start: null })
    expect([past.tasks.size, past.orders.size, past.fills.length]).toEqual([0, 0, 0])
    expect([past.killCause, past.cursorOf(MAIN, BTC.symbol)]).toEqual([null, null])
  })

  it('with a life that died in its first moment exists: that life may have sent orders', () => {
    const past = new Past(readSegments([{ name: '000001.floe', bytes: new Uint8Array(3) }]))
    expect([past.exists, past.isSettled]).toEqual([true, false])
  })
})

describe('a life', () => {
  it.each([
    ['is unsettled when it just ends', () => told(), false],
    [
      'is settled when it says that it ended clean',
      () => told().add('engine_end', { clean: true }),
      true,
    ],
    ['is unsettled when it gave up', () => told().add('engine_end', { clean: false }), false],
  ])('%s', (_name, tell, isSettled) => {
    const past = tell().past()
    expect([past.exists, past.isSettled]).toEqual([true, isSettled])
  })

  it('is the last one: its number, its start, and what its indexes mean', () => {
    const first = new ToldJournal().begin(1).listing({ ...BTC, symbol: 'ETH/USDT' }, 1)
    const { life } = first.pass(60).begin(2, FINER_BTC).past()
    expect(life.number).toBe(2)
    expect(life.start).toMatchObject({ incarnation: 2, mode: 'sim', nowNs: LIFE_NS })
    expect([...life.instruments]).toEqual([[0, FINER_BTC]])
    expect([...life.accounts]).toEqual([[0, MAIN]])
  })

  it('begins with a pair of clocks, and stamps are newer ones', () => {
    const journal = new ToldJournal().begin(1)
    expect(journal.past().stamp).toEqual({ wallUs: START_US, nowNs: LIFE_NS })
    const { stamp } = journal.pass(5).stamp().pass(3).task(0).past()
    expect(stamp).toEqual({ wallUs: START_US + 5 * US_PER_S, nowNs: LIFE_NS + 5e9 })
  })

  it('goes on to its last record, whose time the monotonic clock tells', () => {
    const past = told().pass(3).order(0).past()
    expect(past.latestUs).toBe(START_US + 3 * US_PER_S)
    expect(past.lastWallUs).toBe(past.latestUs)
  })

  it('remembers the latest that a clock has shown which was set back', () => {
    const journal = told().pass(50).stamp().setClock(-40).pass(1).order(0)
    expect(journal.past().latestUs).toBe(START_US + 50 * US_PER_S)
    expect(journal.past().lastWallUs).toBe(START_US + 11 * US_PER_S)
  })

  it.each([
    ['the first of all', () => told().pass(60).begin(2), 0],
    [
      'a later one, of a clock that was set back',
      () => told().setClock(-60).begin(2),
      -60 * US_PER_S,
    ],
    [
      'one that a snapshot stands for',
      () => told().add('journal_began', { wallUs: START_US - 5 }),
      -5,
    ],
    ['not a later one', () => told().add('journal_began', { wallUs: START_US + 5 }), 0],
  ])('begins the journal: %s', (_name, tell, us) => {
    expect(tell().past().firstWallUs - START_US).toBe(us)
  })
})

describe('the kill switch', () => {
  const cause = { origin: 'api', who: 'ann', reason: 'odd prices' }

  it('is engaged for its reason until it is released', () => {
    const journal = told().add('kill_switch', { engaged: true, ...cause })
    expect(journal.past().killCause).toEqual(cause)
    journal.pass(1).begin(2)
    expect(journal.past().killCause).toEqual(cause)
    journal.add('kill_switch', { engaged: false, ...cause })
    expect(journal.past().killCause).toBeNull()
  })
})

describe('an order', () => {
  it('is as it was made, with what its indexes meant', () => {
    const journal = told().pass(50).stamp().setClock(-40).pass(1)
    const { nowNs } = journal
    // Its life's end, and other meanings of index 0 in the next.
    journal.order(0, { type: 2, timeInForce: 1, reduceOnly: true }).begin(2, FINER_BTC)
    expect(orderOf(journal)).toMatchObject({
      created: { ...idOf(0), task: 0, priceUnits: 100, qtyUnits: 50, side: 1, reduceOnly: true },
      instrument: BTC,
      account: MAIN,
      createdWallUs: START_US + 11 * US_PER_S,
      madeUs: START_US + 50 * US_PER_S,
      touched: { latestUs: START_US + 50 * US_PER_S, nowNs, life: 1 },
      state: OrderState.Created,
      filledUnits: 0,
      cumQtyUnits: 0,
      venueOrderId: '',
      foreignId: '',
    })
  })

  it('is what its newest event says; the venue names it once', () => {
    const journal = told()
      .order(0)
      .pass(2)
      .event(0, OrderState.Open, { venueOrderId: 'v7' })
      .pass(3)
      .event(0, OrderState.PartiallyFilled, { filledUnits: 10, cumQtyUnits: 20 })
    expect(orderOf(journal)).toMatchObject({
      state: OrderState.PartiallyFilled,
      filledUnits: 10,
      cumQtyUnits: 20,
      venueOrderId: 'v7',
      createdWallUs: START_US,
      touched: { latestUs: START_US + 5 * US_PER_S, nowNs: LIFE_NS + 5e9, life: 1 },
    })
  })

  it('that no record has made is not made by an event', () => {
    expect(told().event(0, OrderState.Open).past().orders.size).toBe(0)
  })

  it('was last heard of when it was filled', () => {
    const journal = told().order(0).pass(4).fill(0, 't1')
    expect(orderOf(journal)?.touched.latestUs).toBe(START_US + 4 * US_PER_S)
  })

  it('of a snapshot is as its row says, whatever index 0 means by then', () => {
    const terms = { type: 2, timeInForce: 1, reduceOnly: true, cumQtyUnits: 20 }
    const times = { createdWallUs: START_US + 11, madeUs: START_US + 12, touchedUs: START_US + 13 }
    const row = { ...terms, ...times, venueOrderId: 'v7', foreignId: 'x' }
    const journal = told().orderRow(row).begin(2, FINER_BTC)
    expect(orderOf(journal)).toMatchObject({
      created: { ...idOf(0), priceUnits: 100, qtyUnits: 50, side: 1, type: 2, timeInForce: 1 },
      instrument: BTC,
      account: MAIN,
      createdWallUs: START_US + 11,
      madeUs: START_US + 12,
      state: OrderState.Open,
      touched: { latestUs: START_US + 13, nowNs: LIFE_NS, life: 1 },
      filledUnits: 10,
      cumQtyUnits: 20,
      venueOrderId: 'v7',
      foreignId: 'x',
    })
  })

  it('that turns up again stands behind the others: it is the latest', () => {
    const past = told().order(0).order(1).event(0, OrderState.Open).order(0).past()
    expect([...past.orders.keys()]).toEqual([keyOf(1), keyOf(0)])
    expect(past.orders.get(keyOf(0))?.state).toBe(OrderState.Created)
  })
})

describe('a fill', () => {
  const orphanOrder = { task: ORPHAN_TASK }

  it('is kept with its order, as its record says', () => {
    const journal = told().order(0).order(1).fill(0, 't1').fill(1, 't2').pass(2).fill(0, 't3')
    const { fills } = journal.begin(2, FINER_BTC).past()
    expect(fills.map(({ fill }) => fill.tradeId)).toEqual(['t1', 't3', 't2'])
    expect(fills[1]).toMatchObject({
      fill: { ...idOf(0), priceUnits: 100, qtyUnits: 10, side: 1, isMaker: true, venueTimeUs: 3 },
      instrument: BTC,
      account: MAIN,
      task: 0,
      booked: { latestUs: START_US + 2 * US_PER_S, nowNs: LIFE_NS + 2e9, life: 1 },
    })
  })

  it('of a snapshot is as its row says', () => {
    const trade = { tradeId: '~t1', provisional: true, fee: '0.1', feeAsset: 'BNB' }
    const row = { ...trade, task: 4, bookedUs: START_US + 13 }
    const { fills } = told().order(0).fillRow(row).begin(2, FINER_BTC).past()
    expect(fills).toMatchObject([
      {
        fill: { ...trade, qtyUnits: 10 },
        instrument: BTC,
        account: MAIN,
        task: 4,
        booked: { latestUs: START_US + 13, nowNs: LIFE_NS, life: 1 },
      },
    ])
  })

  it.each([
    ['its order’s', () => told().order(0).fill(0, 't1'), 0],
    ['nobody’s where its order is', () => told().order(0, orphanOrder).fill(0, 't1'), ORPHAN_TASK],
    ['the one that its id names, where its order is forgotten', () => told().fill(0, 't1'), 0],
    [
      'nobody’s where no such task is known',
      () => new ToldJournal().begin(1).fill(0, 't'),
      ORPHAN_TASK,
    ],
    [
      'nobody’s where its id is of an older journal',
      () => new ToldJournal().begin(5).task(0).fill(0, 't1', idOf(0, 4)),
      ORPHAN_TASK,
    ],
    [
      'the one that its id names from the journal’s first incarnation on',
      () => new ToldJournal().begin(5).task(0).fill(0, 't1', idOf(0, 5)),
      0,
    ],
  ])('belongs to a task: %s', (_name, tell, task) => {
    expect(
      tell()
        .past()
        .fills.map((fill) => fill.task),
    ).toEqual([task])
  })

  it('of an orphan that was forgotten belongs to the task that its id names', () => {
    const orphan = told().order(0, orphanOrder).event(0, OrderState.Cancelled).pass(LONG_S)
    expect(orphan.fill(0, 't1').past().fills[0]?.task).toBe(0)
  })
})

describe('a cursor', () => {
  const other = { ...MAIN, name: 'second' }

  it('is found by market, account and symbol', () => {
    const past = told().cursor('41').past()
    const cursor = { account: MAIN, instrument: BTC, wallUs: START_US, tradeId: '41' }
    expect(past.cursorOf(MAIN, BTC.symbol)).toEqual(cursor)
    expect(past.cursorOf(other, BTC.symbol)).toBeNull()
    expect(past.cursorOf(MAIN, 'ETH/USDT')).toBeNull()
  })

  it.each([
    ['goes on', 5, '42'],
    ['never goes back: what it has passed may be forgotten', -5, '41'],
  ])('%s', (_name, seconds, tradeId) => {
    const journal = told()
      .cursor('41', START_US)
      .cursor('42', START_US + seconds * US_PER_S)
    expect(journal.past().cursorOf(MAIN, BTC.symbol)?.tradeId).toBe(tradeId)
  })
})

describe('a record that names what none before it has introduced', () => {
  const nowhere = { wallUs: 1, tradeId: '1' }

  it.each([
    ['task 3', () => told().add('task_note', { task: 3, note: '{}' })],
    ['instrument 4', () => told().add('listing_cursor', { ...nowhere, account: 0, instrument: 4 })],
    ['account 5', () => told().add('listing_cursor', { ...nowhere, account: 5, instrument: 0 })],
    ['instrument 1', () => told().listing(BTC, 1).begin(2).order(0, { instrument: 1 })],
  ])('is refused: %s', (what, tell) => {
    const journal = tell()
    expect(() => journal.past()).toThrow(
      expect.objectContaining({
        code: 'journal_inconsistent',
        category: 'fatal',
        message:
          `the journal names ${what} before saying what it is; ` +
          'it was not written by this program',
      }),
    )
  })
})
