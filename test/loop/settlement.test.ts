import { describe, expect, it } from 'vitest'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { Settlement } from '#loop/settlement.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders, ORPHAN_TASK } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'
import { FakeAccount } from './fake-account.ts'

function bench(task = 0) {
  const orders = new OrderTable(16)
  const live = new LiveOrders(orders)
  const timers = new TimerWheel(64)
  const tokens = new ListingTokens()
  const account = new FakeAccount(orders)
  const alarms: string[] = []
  const clock = { nowNs: monoNs(100 * NS_PER_S) }
  const settlement = new Settlement({
    orders,
    live,
    timers,
    tokens,
    notices: { notice: (_level, code) => alarms.push(code) },
    accountOf: () => account,
    instruments: { count: 1 },
    cancel: (order, _cause, _nowNs) => account.cancel(order) === 0,
  })
  const truth = new OrderTruth({
    orders,
    live,
    fills: new FillLedger(),
    positions: new PositionLedger(),
    instance: 1,
    taskOf: () => task,
    listener: {
      onOrderChanged: () => {},
      onFill: () => {},
      onNeedsQuery: (order, nowNs) => settlement.needsQuery(order, nowNs),
      onOwedFills: (order, nowNs) => settlement.owedFills(order, nowNs),
      onAdopted: () => {},
      onAnomaly: () => {},
      onUnmatchedFill: () => {},
    },
  })
  settlement.bind(truth)
  const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
  orders.setTask(order, task)
  orders.setQtyUnits(order, 100)
  orders.setPriceUnits(order, 10)
  orders.setCreatedNs(order, clock.nowNs)
  truth.enter(order, OrderEvent.Send, 0, clock.nowNs)
  const id = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))

  const tell = (kind: VenueEventKind, more: Partial<VenueEvent> = {}) => {
    const ids = { clientIdHi: orders.clientIdHi(order), clientIdLo: orders.clientIdLo(order) }
    truth.apply(
      Object.assign(new VenueEvent(), { kind, instrument: 0, ...ids, ...more }),
      clock.nowNs,
    )
  }
  const wait = (seconds: number) => {
    const end = clock.nowNs + seconds * NS_PER_S
    while (clock.nowNs < end) {
      clock.nowNs = monoNs(Math.min(end, clock.nowNs + 5_000_000))
      timers.advance(clock.nowNs)
    }
  }
  /** The venue ends the oldest question, with or without "not found". */
  const answer = (isFound: boolean, complete = true) => {
    if (!isFound) settlement.notFound(orders.clientIdHi(order), orders.clientIdLo(order))
    tokens.end(account.tokens.shift()!, complete, clock.nowNs)
  }
  const state = () => ORDER_STATE_NAMES[orders.state(order)]
  return { orders, order, id, live, account, settlement, truth, alarms, tell, wait, answer, state }
}

describe('the settlement ladder', () => {
  it('asks at once for an order without an answer, and rests when a row settles it', () => {
    const { tell, wait, answer, account, id, state, settlement } = bench()
    tell(VenueEventKind.PlaceUnknown)
    wait(0.01)
    expect(account.questions()).toEqual([`order ${id}`])
    tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, priceUnits: 10, cumQtyUnits: 0 })
    answer(true)
    wait(30)
    expect([state(), account.questions(), settlement.openCount]).toEqual(['open', [], 0])
  })

  it('concludes nothing from "not found" while the order is young', () => {
    const { tell, wait, answer, account, state } = bench()
    tell(VenueEventKind.PlaceUnknown)
    for (let i = 0; i < 3; i++) {
      wait(1)
      answer(false)
    }
    expect(account.questions().every((question) => question.startsWith('order'))).toBe(true)
    expect(state()).toBe('unknown')
  })

  it('takes absence as proved only by a complete history, asked when the order is old', () => {
    const { tell, wait, answer, account, state, live, order } = bench()
    tell(VenueEventKind.PlaceUnknown)
    for (let i = 0; i < 2; i++) {
      wait(3)
      answer(false)
    }
    wait(6)
    expect(account.questions().at(-1)).toBe('history 0 since 90000000')
    answer(true, false) // half a listing proves nothing
    expect(state()).toBe('unknown')
    wait(6)
    answer(true)
    expect([state(), live.has(order)]).toEqual(['rejected', false])
  })

  it('keeps asking, slower, and raises an alarm once', () => {
    const { tell, wait, account, alarms } = bench()
    account.isUp = false
    tell(VenueEventKind.PlaceUnknown)
    wait(60)
    expect(alarms).toEqual(['order_unsettled'])
    expect(account.questions()).toEqual([])
  })

  it('asks again for a cancel that nobody answered, at a doubling pace', () => {
    const { tell, wait, answer, account, truth, order, id } = bench()
    tell(VenueEventKind.Accepted)
    truth.enter(order, OrderEvent.CancelSend, 0, monoNs(100 * NS_PER_S))
    tell(VenueEventKind.CancelUnknown)
    for (let i = 0; i < 4; i++) {
      wait(2)
      tell(VenueEventKind.ReportedOpen, { qtyUnits: 100, cumQtyUnits: 0 })
      answer(true)
    }
    const questions = account.questions()
    expect(questions.filter((question) => question === `cancel ${id}`).length).toBeGreaterThan(1)
    expect(questions.length).toBeLessThan(12)
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 0 })
    wait(30)
    expect(account.questions().length).toBeLessThan(2)
  })

  it('a cancel of an order the venue calls unknown ends in a query, never in a loop', () => {
    const { tell, wait, answer, account, truth, order, state } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '5' })
    truth.enter(order, OrderEvent.CancelSend, 0, monoNs(100 * NS_PER_S))
    tell(VenueEventKind.CancelRejected, { reason: RejectReason.UnknownOrder })
    wait(0.1)
    tell(VenueEventKind.ReportedDone, { terminal: Terminal.Cancelled, cumQtyUnits: 0 })
    answer(true)
    wait(60)
    expect([state(), account.questions().length]).toEqual(['cancelled', 1])
  })

  it('takes up whatever a reconciliation left undecided', () => {
    const { truth, order, settlement, wait, account, id } = bench()
    truth.enter(order, OrderEvent.NoAnswer, 0, monoNs(100 * NS_PER_S)) // as restored from a journal
    wait(5)
    expect(account.questions()).toEqual([])
    settlement.askUndecided(0, monoNs(105 * NS_PER_S))
    wait(0.1)
    expect(account.questions()).toEqual([`order ${id}`])
  })

  it('fetches fills that were announced and not shown, after a moment of grace', () => {
    const { tell, wait, account } = bench()
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 40 })
    wait(0.1)
    expect(account.questions()).toEqual([])
    wait(0.3)
    expect(account.questions()).toEqual(['fills 0 since 90000000'])
  })

  it('cancels an order of ours that belongs to no task', () => {
    const { tell, wait, answer, account, id, settlement, order } = bench(ORPHAN_TASK)
    tell(VenueEventKind.Accepted)
    settlement.needsQuery(order, monoNs(100 * NS_PER_S))
    wait(0.1)
    expect(account.questions()).toContain(`cancel ${id}`)
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 0 })
    answer(true)
    wait(10)
    expect(settlement.openCount).toBe(0)
  })
})
