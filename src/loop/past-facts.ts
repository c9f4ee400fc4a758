// What a past is made of: tasks, orders, fills and moments as the journal's records left them, with
// what their indexes meant when they were written.
import type { RecordBody } from '#journal/record-layout.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import type { OrderState } from '#order/order-state.ts'
import type { PastTask } from './past.ts'

/** When something was written, by clocks that never go back. */
export interface Moment {
  /** The latest that the wall clock had shown by then. */
  readonly latestUs: number
  /** Of its own life, as `life` counts them. */
  readonly nowNs: number
  readonly life: number
}

export interface PastOrder {
  readonly created: RecordBody<'order_created'>
  /** What the indexes of `created` meant when it was written. */
  readonly instrument: InstrumentFacts
  readonly account: PastAccount
  /** What the wall clock showed, and the latest it had shown. */
  readonly createdWallUs: number
  readonly madeUs: number
  /** When it was last heard of. */
  touched: Moment
  state: OrderState
  filledUnits: number
  cumQtyUnits: number
  venueOrderId: string
  /** '' for our own. */
  foreignId: string
}

export interface PastAccount {
  readonly market: string
  readonly name: string
}

export interface PastFill {
  readonly fill: RecordBody<'fill'>
  readonly instrument: InstrumentFacts
  readonly account: PastAccount
  /** ORPHAN_TASK where none owned its order. */
  readonly task: number
  readonly booked: Moment
}

/** Trades of this account and instrument are known completely up to here. */
export interface PastCursor {
  readonly account: PastAccount
  readonly instrument: InstrumentFacts
  readonly wallUs: number
  readonly tradeId: string
}

/** One incarnation as its records show it: indexes mean something new in each. */
export interface PastLife {
  readonly number: number
  /** Null before the first. */
  readonly start: (RecordBody<'engine_start'> & { readonly nowNs: number }) | null
  readonly instruments: Map<number, InstrumentFacts>
  readonly accounts: Map<number, PastAccount>
}

/** As its first record leaves it. */
export function newPastTask(record: RecordBody<'task_created'>): PastTask {
  return {
    index: record.task,
    id: record.id,
    type: record.type,
    parameters: record.parameters,
    state: 0,
    stateName: 'NOT_STARTED',
    reason: '',
    note: null,
    orders: 0,
    rejects: 0,
    reprices: 0,
  }
}
