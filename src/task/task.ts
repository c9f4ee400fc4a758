// What every task is to the engine, and what the engine lends a task. Tasks are level-triggered:
// step(nowNs) reads order records, book and parameters, and acts. They never import a venue, a
// clock or the journal; those arrive through the ports below.
import type { EngineError } from '#core/engine-error.ts'
import type { MonoNs } from '#core/units.ts'
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import type { FillLedger } from '#order/fill-ledger.ts'
import type { IntentOwner, IntentQueue, TaskAddress } from '#order/intent.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'

export const TASK_COMMANDS = ['start', 'pause', 'resume', 'cancel', 'recover', 'update'] as const
export type TaskCommand = (typeof TASK_COMMANDS)[number]

export interface Task extends IntentOwner {
  readonly index: number
  readonly id: string
  readonly type: string
  readonly account: number
  /** Instruments whose books wake this task. */
  readonly instruments: readonly number[]
  readonly stateName: string
  /** Terminal, or in an error that does not heal: nothing more will happen by itself. */
  readonly isOver: boolean
  /** What it may fill in all and has filled, in qtyUnits: the risk gate looks for itself. */
  readonly totalUnits: number
  readonly filledUnits: number
  /** The parameters in the user's words: an update is laid over them. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly isCompleted: boolean
  step(nowNs: MonoNs): void
  /** Null when done, else the refusal naming state and command. */
  command(command: TaskCommand, update: TaskUpdate | null, nowNs: MonoNs): EngineError | null
  /** As journalled; after a restart, before the first step. */
  restore(saved: SavedTask, nowNs: MonoNs): void
  report(nowNs: MonoNs): TaskReport
}

/** A validated new parameter set, made by the type's own parser. */
export interface TaskUpdate {
  readonly raw: Readonly<Record<string, unknown>>
}

export interface SavedTask {
  readonly state: number
  readonly reason: string
  /** The task's own durable facts, as last noted. */
  readonly note: Readonly<Record<string, unknown>> | null
  readonly orders: number
  readonly rejects: number
  readonly reprices: number
}

/** The tops of one instrument net of one account's own orders; 0 where nothing is visible. */
export interface NetTopView {
  readonly bid: number
  readonly ask: number
  readonly last: number
}

/** What tasks may read of markets. */
export interface TaskMarket {
  /** LIVE, and proved alive within `ageMaxNs`. */
  isTradable(instrument: number, nowNs: MonoNs, ageMaxNs: number): boolean
  /** Since the last proof of life; Infinity while not LIVE. */
  bookAgeNs(instrument: number, nowNs: MonoNs): number
  /** H14: how far a live trade or ticker stream has moved while the book was stale, in ticks. */
  movedTicks(instrument: number): number
  /** Valid until the next call. H2: net of the account's own working quantity. */
  netTop(instrument: number, account: number): NetTopView
}

export interface TaskJournal {
  taskState(task: number, state: number, stateName: string, reason: string, nowNs: MonoNs): void
  /** Durable facts of the task's own, as JSON. */
  taskNote(task: number, note: string, nowNs: MonoNs): void
}

/** H24: the one catalogue of task events. */
export type TaskEventCode =
  | 'task.state'
  | 'task.order_placed'
  | 'task.order_filled'
  | 'task.stale'
  | 'task.order_cancelled'
  | 'task.suspended'
  | 'task.resumed'
  | 'task.completed'
  | 'task.error'

/** H24: `IcebergTask_BINANCE_SPOT_BTCUSDT_SELL`. */
export function taskTag(type: string, instrument: Instrument, side: string): string {
  const { market, baseAsset, quoteAsset } = instrument
  return `${type}Task_${`${market}_${baseAsset}${quoteAsset}_${side}`.toUpperCase()}`
}

export interface TaskContext {
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly fills: FillLedger
  readonly intents: IntentQueue
  readonly market: TaskMarket
  readonly journal: TaskJournal
  /** The account is reconciled: new orders may be sent. */
  isReady(account: number): boolean
  /** No order of an earlier run can turn up any more: what is not live now never was. */
  isPastKnown(account: number): boolean
  /**
   * H22: another program's working order becomes this task's; it counts as unknown until the venue
   * has been asked. False when there is no room for it now.
   */
  adoptForeign(task: TaskAddress, foreignId: string, nowNs: MonoNs): boolean
  /** '' or why no task may send anything, for as long as it is so. */
  halt(): string
  /** Steps the task again at `deadlineNs` at the latest. */
  wakeAt(task: number, deadlineNs: MonoNs): void
  /** Free funds in the asset an order of this side spends, Infinity while unknown. */
  freeFunds(account: number, asset: string): number
  /** `tag` is `<Type>_<VENUE>_<SYMBOL>_<SIDE>` (H24). */
  event(code: TaskEventCode, tag: string, text: string, nowNs: MonoNs): void
}

/** Decimal text throughout; '' where there is no figure yet. */
export interface TaskReport {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly reason: string
  readonly venue: string
  readonly account: string
  readonly symbol: string
  readonly side: string
  readonly total: string
  readonly filled: string
  readonly residual: string
  readonly cancelled: string
  /** H9: what no whole lot can carry. */
  readonly unroutable: string
  readonly average_price: string
  readonly arrival_price: string
  readonly slippage_bps: string
  readonly market_impact_bps: string
  readonly fees: Readonly<Record<string, string>>
  readonly orders: number
  readonly fills: number
  readonly rejects: number
  readonly reprices: number
  readonly elapsed_ms: number
}
