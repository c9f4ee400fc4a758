// Any interleaving of what a venue says about one order ends in the venue's truth.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { monoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { exposureUnits, isSettled, LiveOrders, ORPHAN_TASK } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent, OrderState, orderTransitions } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'

const NOW = monoNs(1_000)
const QTY = 100

function bench() {
  const orders = new OrderTable(64)
  const live = new LiveOrders(orders)
  const fills = new FillLedger()
  const positions = new PositionLedger()
  const told = { queries: 0, owed: 0, anomalies: [] as string[], adopted: 0, unmatched: 0 }
  const truth = new OrderTruth({
    orders,
    live,
    fills,
    positions,
    instance: 1,
    taskOf: (task) => (task < 10 ? task : ORPHAN_TASK),
    listener: {
      onOrderChanged: () => {},
      onFill: () => {},
      onNeedsQuery: () => told.queries++,
      onOwedFills: () => told.owed++,
      onAdopted: () => told.adopted++,
      onAnomaly: (code) => told.anomalies.push(code),
      onUnmatchedFill: () => told.unmatched++,
    },
  })
  const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
  orders.setTask(order, 0)
  orders.setQtyUnits(order, QTY)
  orders.setPriceUnits(order, 10)
  truth.enter(order, OrderEvent.Send, 0, NOW)
  const tell = (kind: VenueEventKind, more: Partial<VenueEvent> = {}) => {
    const event = Object.assign(new VenueEvent(), {
      kind,
      instrument: 0,
      clientIdHi: orders.clientIdHi(order),
      clientIdLo: orders.clientIdLo(order),
      ...more,
    })
    truth.apply(event, NOW)
  }
  const fill = (tradeId: string, qty: number, cum = -1) =>
    tell(VenueEventKind.Fill, { tradeId, qtyUnits: qty, priceUnits: 10, cumQtyUnits: cum })
  const state = () => ORDER_STATE_NAMES[orders.state(order)]
  return { orders, live, fills, positions, told, truth, order, tell, fill, state }
}

describe('order truth', () => {
  it('takes a fill before its ack, and the ack after it', () => {
    const { fill, tell, state, orders, order } = bench()
    fill('1', 40)
    expect(state()).toBe('partially_filled')
    tell(VenueEventKind.Accepted)
    expect(state()).toBe('partially_filled')
    fill('2', 60)
    expect([state(), orders.filledUnits(order)]).toEqual(['filled', 100])
  })

  it('counts a fill once however often it is said', () => {
    const { fill, orders, order, fills, positions } = bench()
    for (let i = 0; i < 3; i++) fill('1', 40)
    expect(orders.filledUnits(order)).toBe(40)
    expect(fills.totals(0).count).toBe(1)
    expect(positions.netUnits(0, 0)).toBe(40)
  })

  it('books a late fill of a cancelled order and raises its voice', () => {
    const { fill, tell, told, state, live, order } = bench()
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 0 })
    expect(live.has(order)).toBe(false)
    fill('1', 30)
    expect(state()).toBe('cancelled')
    expect(told.anomalies).toEqual(['late_fill'])
  })

  it('owes what a cancel announced until the fills are booked', () => {
    const { fill, tell, told, live, order, orders } = bench()
    tell(VenueEventKind.Cancelled, { cumQtyUnits: 70 })
    expect([live.has(order), exposureUnits(orders, order), told.owed]).toEqual([true, 70, 1])
    fill('1', 70)
    expect([live.has(order), told.anomalies]).toEqual([false, []])
  })

  it('never takes silence for a rejection', () => {
    const { tell, state, told, live, order } = bench()
    tell(VenueEventKind.PlaceUnknown)
    expect([state(), told.queries, live.has(order)]).toEqual(['unknown', 1, true])
    tell(VenueEventKind.ReportedOpen, { cumQtyUnits: 0, qtyUnits: QTY })
    expect(state()).toBe('open')
  })

  it('a duplicate id confirms the first send, it rejects nothing', () => {
    const { tell, state, told } = bench()
    tell(VenueEventKind.Rejected, { reason: RejectReason.DuplicateClientId })
    expect([state(), told.queries]).toEqual(['unknown', 1])
  })

  it('asks when a cancel meets an order the venue does not know', () => {
    const { tell, state, told, truth, order } = bench()
    tell(VenueEventKind.Accepted)
    truth.enter(order, OrderEvent.CancelSend, 0, NOW)
    tell(VenueEventKind.CancelRejected, { reason: RejectReason.UnknownOrder })
    expect([state(), told.queries]).toEqual(['pending_cancel', 1])
    tell(VenueEventKind.ReportedDone, { terminal: Terminal.Filled, cumQtyUnits: QTY })
    expect(state()).toBe('filled')
  })

  it('maps a listed fill by the venue order id alone', () => {
    const { tell, fill, orders, order, told } = bench()
    tell(VenueEventKind.Accepted, { venueOrderId: '77' })
    const listed = { clientIdHi: 0, clientIdLo: 0, tradeId: '1', qtyUnits: 5, priceUnits: 10 }
    tell(VenueEventKind.Fill, { ...listed, venueOrderId: '77' })
    expect(orders.filledUnits(order)).toBe(5)
    tell(VenueEventKind.Fill, { ...listed, tradeId: '2', venueOrderId: '78' })
    expect(told.unmatched).toBe(1)
    fill('1', 5)
    expect(orders.filledUnits(order)).toBe(5)
  })

  it('adopts an order of our instance that no table knows, and only such', () => {
    const { truth, orders, told, live } = bench()
    const lost = Object.assign(new VenueEvent(), {
      kind: VenueEventKind.ReportedOpen,
      instrument: 0,
      clientIdHi: clientIdHi(1, 1, 3),
      clientIdLo: clientIdLo(3, 9),
      qtyUnits: 50,
      priceUnits: 11,
      cumQtyUnits: 20,
    })
    truth.apply(lost, NOW)
    const adopted = orders.find(lost.clientIdHi, lost.clientIdLo)
    expect([told.adopted, orders.task(adopted), exposureUnits(orders, adopted)]).toEqual([1, 3, 50])
    expect(live.exposureOfTask(3)).toBe(50)
    truth.apply(Object.assign(lost, { clientIdHi: clientIdHi(2, 1, 3) }), NOW)
    expect(told.adopted).toBe(1)
  })

  it('gives an order of an unknown task to nobody: it is an orphan', () => {
    const { truth, orders } = bench()
    const ids = { clientIdHi: clientIdHi(1, 1, 500), clientIdLo: clientIdLo(500, 0) }
    const kind = VenueEventKind.ReportedOpen
    truth.apply(Object.assign(new VenueEvent(), { kind, instrument: 0, qtyUnits: 1, ...ids }), NOW)
    expect(orders.task(orders.find(ids.clientIdHi, ids.clientIdLo))).toBe(ORPHAN_TASK)
  })
})

interface Story {
  readonly parts: readonly number[]
  readonly isCancelled: boolean
}

/** What a venue did: fills of these sizes, then perhaps a cancel. */
const stories: fc.Arbitrary<Story> = fc
  .array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 })
  .map((parts) => {
    const kept: number[] = []
    let sum = 0
    for (const part of parts) {
      if (sum + part > QTY) break
      kept.push(part)
      sum += part
    }
    return { parts: kept, isCancelled: sum < QTY }
  })

describe('any interleaving of acks, fills, cancels, queries and repeats', () => {
  it('ends in the venue truth, and never shows less exposure than the venue could fill', () => {
    const order = fc.tuple(
      stories,
      fc.array(fc.nat(1_000), { minLength: 24, maxLength: 24 }),
      fc.boolean(),
    )
    fc.assert(
      fc.property(order, ([story, shuffle, isSilentFirst]) => {
        const b = bench()
        const total = story.parts.reduce((sum, part) => sum + part, 0)
        const news: (() => void)[] = [() => b.tell(VenueEventKind.Accepted)]
        story.parts.forEach((part, i) => {
          news.push(
            () => b.fill(String(i), part),
            () => b.fill(String(i), part),
          )
        })
        if (story.isCancelled) {
          const cumQtyUnits = total
          news.push(() => b.tell(VenueEventKind.Cancelled, { cumQtyUnits }))
          const terminal = Terminal.Cancelled
          news.push(() => b.tell(VenueEventKind.ReportedDone, { terminal, cumQtyUnits }))
        }
        if (isSilentFirst) b.tell(VenueEventKind.PlaceUnknown)
        const shuffled = news
          .map((say, i) => ({ say, key: shuffle[i % shuffle.length]! }))
          .toSorted((x, y) => x.key - y.key)
        for (const { say } of shuffled) {
          say()
          const could = total - b.orders.filledUnits(b.order)
          expect(exposureUnits(b.orders, b.order)).toBeGreaterThanOrEqual(could)
        }
        expect(b.orders.filledUnits(b.order)).toBe(total)
        expect(b.fills.totals(0).qtyUnits).toBe(total)
        const isOver = story.isCancelled || total === QTY
        expect(isSettled(b.orders, b.order)).toBe(isOver)
        expect(b.live.has(b.order)).toBe(!isOver)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the order table of transitions', () => {
  it('has no way from a terminal state back to a pending one', () => {
    const terminal = [OrderState.Filled, OrderState.Cancelled, OrderState.Expired]
    for (const state of terminal) {
      for (const event of Object.values(OrderEvent)) {
        const next = orderTransitions.next(state, event)
        if (next !== -1) expect(terminal).toContain(next)
      }
    }
  })

  it('prints the matrix that is reviewed', () => {
    expect(orderTransitions.matrix()).toMatchSnapshot()
  })
})
