// An operator's settlement: what a person says became of an order that no answer decides. It is
// refused while the venue can still decide, written to the journal before it takes effect, and
// takes effect as ordinary events and provisional fills, so that a restart needs to know no more.
import { EngineError } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { isSettled, owedUnits, type LiveOrders } from '#order/live-orders.ts'
import {
  unbookedNotional,
  verdictFault,
  type OperatorSettlement,
  type ProvedFigures,
} from '#order/operator-verdict.ts'
import {
  isTerminal,
  isUndecided,
  ORDER_STATE_NAMES,
  OrderEvent,
  OrderState,
} from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { findOrder } from './find-order.ts'

/** As it is journalled; −1 for an average that was not given. */
export interface JournalledVerdict {
  readonly averagePriceUnits: number
  readonly filledUnits: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly isAbsent: boolean
  readonly isForced: boolean
  readonly who: string
  readonly reason: string
}

export interface VerdictJournal {
  operatorVerdict(verdict: JournalledVerdict, nowNs: MonoNs): Outcome
}

export interface HandSettlementParts {
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly notices: NoticeSink
  readonly journal: VerdictJournal
  readonly instruments: { readonly count: number }
  accountOf(order: number): VenueAccount
}

/** For the list that people choose from. */
export interface UnsettledOrder {
  readonly order: number
  readonly orderId: string
  /** ORPHAN_TASK for none. */
  readonly task: number
  readonly account: number
  readonly instrument: number
  readonly state: string
  readonly qtyUnits: number
  readonly filledUnits: number
  /** The venue's count: more than filled while fills are owed. */
  readonly cumQtyUnits: number
  readonly venueOrderId: string
  readonly ageNs: number
  /** Questions put so far. */
  readonly attempts: number
}

export class HandSettlement {
  readonly #parts: HandSettlementParts
  readonly #isYoung: (order: number, nowNs: MonoNs) => boolean

  /** `isYoung`: the venue may still act on the order, or not yet show it. */
  constructor(parts: HandSettlementParts, isYoung: (order: number, nowNs: MonoNs) => boolean) {
    this.#parts = parts
    this.#isYoung = isYoung
  }

  /** Null when done. */
  settle(settlement: OperatorSettlement, truth: OrderTruth, nowNs: MonoNs): EngineError | null {
    const { orders, journal } = this.#parts
    const { orderId } = settlement
    const order = findOrder(this.#parts, orderId)
    if (order < 0) return new EngineError('unknown_order', `no order ${orderId} in this journal`)
    if (isSettled(orders, order)) {
      const state = ORDER_STATE_NAMES[orders.state(order)]
      return new EngineError('order_settled', `order ${orderId} is ${state}: nothing is open`)
    }
    const why = settlement.isForced ? '' : this.#whyVenueDecides(order, nowNs)
    if (why !== '') return new EngineError('venue_decides', `order ${orderId}: ${why}`)
    const proved = provedOf(orders, order)
    const fault = verdictFault(settlement, proved)
    if (fault !== '') return new EngineError('bad_verdict', `order ${orderId}: ${fault}`)
    const written = journal.operatorVerdict(journalled(settlement, orders, order), nowNs)
    if (written !== Outcome.Ok) {
      return new EngineError('journal_behind', 'the journal has no room for the verdict: try again')
    }
    carryOut(settlement, { truth, orders, order, proved }, nowNs)
    this.#tell(settlement, nowNs)
    return null
  }

  list(attemptsOf: (order: number) => number, nowNs: MonoNs): readonly UnsettledOrder[] {
    const { orders } = this.#parts
    const open = this.#live().filter(
      (order) => isUndecided(orders.state(order)) || owedUnits(orders, order) > 0,
    )
    return open.map((order) => ({
      order,
      orderId: nameOf(orders, order),
      task: orders.task(order),
      account: orders.account(order),
      instrument: orders.instrument(order),
      state: ORDER_STATE_NAMES[orders.state(order)],
      qtyUnits: orders.qtyUnits(order),
      filledUnits: orders.filledUnits(order),
      cumQtyUnits: orders.cumQtyUnits(order),
      venueOrderId: orders.venueOrderId(order),
      ageNs: nowNs - orders.createdNs(order),
      attempts: attemptsOf(order),
    }))
  }

  #live(): number[] {
    const { live, instruments } = this.#parts
    const found: number[] = []
    for (let instrument = 0; instrument < instruments.count; instrument++) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) found.push(order)
    }
    return found
  }

  /** '' when no answer of the venue can be expected to decide it. */
  #whyVenueDecides(order: number, nowNs: MonoNs): string {
    const { orders } = this.#parts
    const state = orders.state(order)
    const isOpenEnded = isUndecided(state) || owedUnits(orders, order) > 0
    if (!isOpenEnded) return `it is ${ORDER_STATE_NAMES[state]} by the venue's word: cancel it`
    const canAnswer = this.#parts.accountOf(order).isUp && this.#isYoung(order, nowNs)
    return canAnswer ? 'it is young and the venue can be asked: wait for its answer' : ''
  }

  #tell(settlement: OperatorSettlement, nowNs: MonoNs): void {
    const { orderId, verdict, who, reason, isForced } = settlement
    const what = verdict.kind === 'absent' ? 'absent' : `done with ${verdict.filledUnits} units`
    const text = `order ${orderId}: ${what} by ${who || 'a person'}: ${reason}`
    const force = isForced ? ' (forced)' : ''
    this.#parts.notices.notice('warn', 'order_settled_by_hand', text + force, nowNs)
  }
}

interface Settled {
  readonly truth: OrderTruth
  readonly orders: OrderTable
  readonly order: number
  readonly proved: ProvedFigures
}

function carryOut({ verdict }: OperatorSettlement, settled: Settled, nowNs: MonoNs): void {
  const { truth, orders, order, proved } = settled
  if (verdict.kind === 'absent') {
    // By the table only an order in doubt can prove absent.
    if (orders.state(order) !== OrderState.PendingCancel) {
      truth.enter(order, OrderEvent.NoAnswer, 0, nowNs)
    }
    truth.enter(order, OrderEvent.ProvenAbsent, 0, nowNs)
    return
  }
  const newUnits = verdict.filledUnits - proved.filledUnits
  if (newUnits > 0) truth.infer(order, newUnits, unbookedNotional(verdict, proved), nowNs)
  if (!isTerminal(orders.state(order))) truth.enter(order, OrderEvent.Cancel, 0, nowNs)
}

function provedOf(orders: OrderTable, order: number): ProvedFigures {
  return {
    qtyUnits: orders.qtyUnits(order),
    filledUnits: orders.filledUnits(order),
    cumQtyUnits: orders.cumQtyUnits(order),
    filledNotional: orders.filledNotional(order),
    venueOrderId: orders.venueOrderId(order),
  }
}

function journalled(
  settlement: OperatorSettlement,
  orders: OrderTable,
  order: number,
): JournalledVerdict {
  const { verdict, who, reason, isForced } = settlement
  const isAbsent = verdict.kind === 'absent'
  return {
    averagePriceUnits: isAbsent ? -1 : (verdict.averagePriceUnits ?? -1),
    filledUnits: isAbsent ? 0 : verdict.filledUnits,
    clientIdHi: orders.clientIdHi(order),
    clientIdLo: orders.clientIdLo(order),
    isAbsent,
    isForced,
    who,
    reason,
  }
}

function nameOf(orders: OrderTable, order: number): string {
  const foreignId = orders.foreignId(order)
  if (foreignId !== '') return foreignId
  return clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
}
