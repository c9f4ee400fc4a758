// What a person may settle, what is refused, and what it leaves in books and journal.
import { beforeEach, describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import type { JournalledVerdict } from '#loop/hand-settlement.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { Settlement } from '#loop/settlement.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import { FillLedger, type Fill } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import type { OperatorSettlement, OperatorVerdict } from '#order/operator-verdict.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'
import { FakeAccount } from './fake-account.ts'

const HI = clientIdHi(1, 1, 0)
const LO = clientIdLo(0, 0)
const ID = clientIdText(HI, LO)
const ABSENT: OperatorVerdict = { kind: 'absent' }
const done = (filledUnits: number, averagePriceUnits: number | null): OperatorVerdict => ({
  kind: 'done',
  filledUnits,
  averagePriceUnits,
})

class Desk {
  readonly orders = new OrderTable(8)
  readonly live = new LiveOrders(this.orders)
  readonly fills = new FillLedger()
  readonly positions = new PositionLedger()
  readonly account = new FakeAccount(this.orders)
  readonly verdicts: JournalledVerdict[] = []
  readonly booked: Fill[] = []
  readonly notices: string[] = []
  readonly order: number
  nowNs = monoNs(100 * NS_PER_S)
  journalOutcome: Outcome = Outcome.Ok
  readonly #settlement: Settlement
  readonly #truth: OrderTruth

  constructor() {
    const { orders, live, fills, positions, account } = this
    this.#settlement = new Settlement({
      orders,
      live,
      timers: new TimerWheel(64),
      tokens: new ListingTokens(),
      notices: { notice: (_level, code, text) => this.notices.push(`${code} ${text}`) },
      journal: {
        operatorVerdict: (verdict) => {
          if (this.journalOutcome === Outcome.Ok) this.verdicts.push(verdict)
          return this.journalOutcome
        },
      },
      accountOf: () => account,
      instruments: { count: 1 },
      cancel: () => false,
    })
    this.#truth = new OrderTruth({
      orders,
      live,
      fills,
      positions,
      instance: 1,
      taskOf: (task) => task,
      listener: {
        onOrderChanged: () => {},
        onFill: (fill) => this.booked.push(fill),
        onNeedsQuery: () => {},
        onOwedFills: () => {},
        onAdopted: () => {},
        onAnomaly: (code) => this.notices.push(code),
        onUnmatchedFill: () => {},
      },
    })
    this.#settlement.bind(this.#truth)
    this.order = orders.take(HI, LO)
    orders.setTask(this.order, 0)
    orders.setQtyUnits(this.order, 100)
    orders.setPriceUnits(this.order, 10)
    orders.setCreatedNs(this.order, this.nowNs)
    this.#truth.enter(this.order, OrderEvent.Send, 0, this.nowNs)
  }

  tell(kind: keyof typeof VenueEventKind, facts: Partial<VenueEvent> = {}): this {
    const about = { kind: VenueEventKind[kind], instrument: 0, clientIdHi: HI, clientIdLo: LO }
    this.#truth.apply(Object.assign(new VenueEvent(), about, facts), this.nowNs)
    return this
  }

  wait(seconds: number): this {
    this.nowNs = monoNs(this.nowNs + seconds * NS_PER_S)
    return this
  }

  /** '' when it is settled, else the refusal. */
  settle(verdict: OperatorVerdict, more: Partial<OperatorSettlement> = {}): string {
    const settlement = { orderId: ID, verdict, who: 'ann', reason: 'seen', isForced: false }
    const refusal = this.#settlement.settleByHand({ ...settlement, ...more }, this.nowNs)
    return refusal === null ? '' : `${refusal.code}: ${refusal.message.replace(ID, 'it')}`
  }

  unsettled() {
    return this.#settlement.unsettled(this.nowNs)
  }

  /** `cancelled 40 at 393`, and whether it still counts as live. */
  get ends(): string {
    const state = ORDER_STATE_NAMES[this.orders.state(this.order)]
    const { qtyUnits, notionalUnits } = this.fills.totals(0)
    const life = this.live.has(this.order) ? ' live' : ''
    return `${state} ${qtyUnits} at ${notionalUnits}${life}`
  }
}

let desk: Desk

beforeEach(() => {
  desk = new Desk()
})

describe('an operator settles', () => {
  it('an order that never was, in the journal before in the books', () => {
    desk.tell('PlaceUnknown').wait(30)
    expect(desk.settle(ABSENT)).toBe('')
    expect(desk.ends).toBe('rejected 0 at 0')
    expect(desk.verdicts).toEqual([
      {
        averagePriceUnits: -1,
        filledUnits: 0,
        clientIdHi: HI,
        clientIdLo: LO,
        isAbsent: true,
        isForced: false,
        who: 'ann',
        reason: 'seen',
      },
    ])
    expect(desk.notices.at(-1)).toBe(`order_settled_by_hand order ${ID}: absent by ann: seen`)
  })

  it('an order that is over, with its average over everything it filled', () => {
    desk.tell('Fill', { tradeId: '1', qtyUnits: 10, priceUnits: 9 })
    desk.tell('CancelUnknown').wait(30)
    expect(desk.settle(done(40, 9.825))).toBe('')
    expect(desk.ends).toBe('cancelled 40 at 393')
    expect(desk.positions.netUnits(0, 0)).toBe(40)
    expect(desk.booked.slice(1).every(({ tradeId }) => tradeId.startsWith('~'))).toBe(true)
  })

  it('one that filled whole as filled', () => {
    desk.tell('PlaceUnknown').wait(30)
    expect(desk.settle(done(100, 10))).toBe('')
    expect(desk.ends).toBe('filled 100 at 1000')
  })

  it('fills that the venue has counted and nobody can show', () => {
    desk.tell('Cancelled', { cumQtyUnits: 40, venueOrderId: '5' }).wait(30)
    expect(desk.ends).toBe('cancelled 0 at 0 live')
    expect(desk.settle(done(40, 9.5))).toBe('')
    expect(desk.ends).toBe('cancelled 40 at 380')
  })

  it('and the real trades replace what was said, whatever their prices', () => {
    desk.tell('PlaceUnknown').wait(30)
    desk.settle(done(40, 9.5))
    desk.tell('Fill', { tradeId: '7', qtyUnits: 15, priceUnits: 10 })
    expect(desk.ends).toBe('cancelled 40 at 380')
    desk.tell('Fill', { tradeId: '8', qtyUnits: 25, priceUnits: 9 })
    expect([desk.ends, desk.fills.totals(0).count]).toEqual(['cancelled 40 at 375', 2])
  })

  it('and is overruled by a venue that shows the order after all', () => {
    desk.tell('PlaceUnknown').wait(30)
    desk.settle(ABSENT)
    desk.tell('ReportedOpen', { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 })
    expect([desk.ends, desk.notices.at(-1)]).toEqual(['open 0 at 0 live', 'rejected_order_lives'])
  })

  it('an order of another program, by its own name', () => {
    desk.orders.setForeignId(desk.order, 'web_4711')
    desk.tell('PlaceUnknown').wait(30)
    expect(desk.settle(ABSENT, { orderId: 'web_4711' })).toBe('')
    expect(desk.ends).toBe('rejected 0 at 0')
  })

  it('what the venue could still decide, if it must be', () => {
    desk.tell('Accepted', { venueOrderId: '5' })
    expect(desk.settle(done(0, null), { isForced: true })).toBe('')
    expect([desk.ends, desk.verdicts[0]?.isForced]).toEqual(['cancelled 0 at 0', true])
  })
})

const unknownFor30s = () => desk.tell('PlaceUnknown').wait(30)

describe('an operator is refused', () => {
  it.each([
    [
      'an order that nobody knows',
      unknownFor30s,
      ABSENT,
      { orderId: 'f00000000009' },
      'unknown_order: no order f00000000009 in this journal',
    ],
    [
      'without a reason',
      unknownFor30s,
      ABSENT,
      { reason: ' ' },
      'bad_verdict: order it: a verdict needs a reason: it is kept in the journal',
    ],
    [
      'while it is young and the venue can be asked',
      () => desk.tell('PlaceUnknown').wait(4),
      ABSENT,
      {},
      'venue_decides: order it: it is young and the venue can be asked: wait for its answer',
    ],
    [
      'what is open by the venue’s word',
      () => desk.tell('Accepted').wait(30),
      done(0, null),
      {},
      "venue_decides: order it: it is open by the venue's word: cancel it",
    ],
    [
      'what is over',
      () => desk.tell('Cancelled', { cumQtyUnits: 0 }),
      ABSENT,
      {},
      'order_settled: order it is cancelled: nothing is open',
    ],
    [
      'to call absent what has filled',
      () => desk.tell('ReportedOpen', { cumQtyUnits: 4, qtyUnits: 100 }).wait(30),
      ABSENT,
      {},
      'bad_verdict: order it: 4 units of it are filled: it can only be done, not absent',
    ],
    [
      'to call absent what the venue has named',
      () => desk.tell('PlaceUnknown', { venueOrderId: '5' }).wait(30),
      ABSENT,
      {},
      'bad_verdict: order it: the venue has named it 5, so it was there',
    ],
    [
      'to take fills away',
      () => desk.tell('Cancelled', { cumQtyUnits: 40 }).wait(30),
      done(39, 10),
      {},
      'bad_verdict: order it: 40 units are proved to be filled: it cannot be less',
    ],
    [
      'more than was ordered',
      unknownFor30s,
      done(101, 10),
      {},
      'bad_verdict: order it: it was for 100 units: it cannot have filled more',
    ],
    [
      'parts of a unit',
      unknownFor30s,
      done(1.5, 10),
      {},
      'bad_verdict: order it: the filled quantity must be a whole number of units, 0 or more',
    ],
    [
      'new units without a price',
      unknownFor30s,
      done(40, null),
      {},
      'bad_verdict: order it: 40 units are new: an average price is needed',
    ],
    [
      'a price of nothing',
      unknownFor30s,
      done(40, 0),
      {},
      'bad_verdict: order it: 40 units are new: an average price is needed',
    ],
  ] as const)('%s', (_name, before, verdict, more, refusal) => {
    before()
    const ends = desk.ends
    expect(desk.settle(verdict, more)).toBe(refusal)
    expect([desk.ends, desk.verdicts]).toEqual([ends, []])
  })

  it('an average that what is booked already exceeds', () => {
    desk.tell('Fill', { tradeId: '1', qtyUnits: 90, priceUnits: 10 })
    desk.tell('CancelUnknown').wait(30)
    expect(desk.settle(done(91, 9.8))).toContain('leaves no price for the new units')
  })

  it('while the journal has no room: nothing takes effect unwritten', () => {
    unknownFor30s()
    desk.journalOutcome = Outcome.Full
    expect(desk.settle(ABSENT)).toContain('journal_behind')
    expect(desk.ends).toBe('unknown 0 at 0 live')
  })

  it('until its window and what reads may lag have passed', () => {
    desk.tell('PlaceUnknown').wait(5)
    expect(desk.settle(ABSENT)).toContain('venue_decides')
    expect(desk.wait(0.001).settle(ABSENT)).toBe('')
  })

  it('nothing when the venue cannot be asked', () => {
    desk.tell('PlaceUnknown')
    desk.account.isUp = false
    expect(desk.settle(ABSENT)).toBe('')
  })
})

describe('the list of unsettled orders', () => {
  it('shows what is undecided and what is owed, and nothing else', () => {
    expect(desk.unsettled().map(({ orderId, state }) => [orderId, state])).toEqual([
      [ID, 'pending_new'],
    ])
    desk.tell('Accepted')
    expect(desk.unsettled()).toEqual([])
    desk.tell('ReportedDone', { terminal: Terminal.Cancelled, cumQtyUnits: 7 }).wait(5)
    expect(desk.unsettled()).toMatchObject([
      { state: 'cancelled', qtyUnits: 100, filledUnits: 0, cumQtyUnits: 7, ageNs: 5 * NS_PER_S },
    ])
  })
})
