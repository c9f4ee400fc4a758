// Every capacity of the engine, with its unit and its reason. Full is an outcome, never a resize.
import { assert } from './assert.ts'

/** Tasks known at once; 21 bits of a client order id name the task. */
export const TASKS_MAX = 16_384
/** Orders of one task that may be live at once: the working order and one being replaced. */
export const TASK_LIVE_ORDERS_MAX = 4
/** Order records kept: live ones and those finished recently enough for late fills. */
export const ORDERS_MAX = 65_536
/** Instruments over all venue markets. */
export const INSTRUMENTS_MAX = 4_096
/** Accounts over all exchanges. */
export const ACCOUNTS_MAX = 64
/** Order events decoded but not yet drained: a reconciliation listing is the largest burst. */
export const ORDER_EVENTS_MAX = 8_192
/** Levels of one side in one depth message: a 5,000-level snapshot is the largest known. */
export const DEPTH_LEVELS_MAX = 5_000
/** Levels held per book side; beyond it the worst are dropped (never the touch). */
export const BOOK_LEVELS_MAX = 8_192
/** Ticks around the best price held in a side's ring; the rest goes to its sorted list. */
export const BOOK_WINDOW_TICKS = 16_384
/** Diffs kept while a snapshot is fetched: 100 ms diffs for 25 s. */
export const SYNC_BUFFER_DIFFS_MAX = 256
/** Levels of those diffs, both sides together; it must hold the largest single diff. */
export const SYNC_BUFFER_LEVELS_MAX = 16_384
/** Public trades remembered for each instrument. */
export const TRADE_TAPE_MAX = 1_024
/** Own working orders of one account on one instrument that a reference is read net of. */
export const OWN_DEPTH_ORDERS_MAX = 1_024
/** Timers armed at once: a few a connection, two a task. */
export const TIMERS_MAX = 65_536
/** Commands queued by the control room and not yet drained. */
export const COMMANDS_MAX = 1_024
/** Tasks stepped in one turn, about a millisecond if all send; the rest lets sockets go first. */
export const TASKS_PER_TURN_MAX = 256
/** Intents one turn may send: every task stepped and every command may take back what is live. */
export const INTENTS_PER_TURN_MAX = 5_120

/** Largest WebSocket message we accept: a 5,000-level snapshot is about 250 KB. */
export const MESSAGE_BYTES_MAX = 1 << 20
/** Receive region of a session: one maximum message beside a full read. */
export const RECEIVE_REGION_BYTES = 2 * MESSAGE_BYTES_MAX
/** Largest frame we send; an order is about 400 bytes. */
export const SEND_FRAME_BYTES_MAX = 16_384
/** Largest HTTP response body: Binance's whole exchangeInfo is about 12 MB. */
export const HTTP_BODY_BYTES_MAX = 64 << 20
/** HTTP requests waiting or in flight on one client. */
export const HTTP_REQUESTS_MAX = 256

/** Journal ring between the hot thread and its worker. */
export const JOURNAL_RING_BYTES = 16 << 20
/** Journal segment size. */
export const JOURNAL_SEGMENT_BYTES = 64 << 20
/** Journal records a start reads behind a snapshot before it takes a new one. */
export const JOURNAL_TAIL_RECORDS_MAX = 20_000
/** Largest journal record body. */
export const JOURNAL_RECORD_BYTES_MAX = 65_536

assert(TASKS_MAX <= 1 << 21, 'a task index must fit the 21 bits of a client order id')
assert(ORDERS_MAX >= TASKS_MAX * TASK_LIVE_ORDERS_MAX, 'every task may have its live orders')
assert(
  INTENTS_PER_TURN_MAX >= (TASKS_PER_TURN_MAX + COMMANDS_MAX) * TASK_LIVE_ORDERS_MAX,
  'what the tasks and commands of a turn want fits its intents',
)
assert(SYNC_BUFFER_LEVELS_MAX >= 2 * DEPTH_LEVELS_MAX, 'the largest diff fits the sync buffer')
assert(RECEIVE_REGION_BYTES >= 2 * MESSAGE_BYTES_MAX, 'a region holds a maximum message and a read')
assert(JOURNAL_RING_BYTES >= 16 * JOURNAL_RECORD_BYTES_MAX, 'a ring holds many largest records')
