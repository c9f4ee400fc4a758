// Hot path.
// The two answers that an order waits for, in exactly the layout that Binance spot sends:
//
//   {"id":…,"status":200,"result":{"symbol":"…","orderId":…,"orderListId":-1,"clientOrderId":"…",
//     "transactTime":…},"rateLimits":[…]}                                     to a place, type ACK
//   {"id":…,"status":200,"result":{"symbol":"…","origClientOrderId":"…","orderId":…,
//     "orderListId":-1,"clientOrderId":"…","transactTime":…,"price":"…",…,"status":"CANCELED",…,
//     "selfTradePreventionMode":"…"},"rateLimits":[…]}                                  to a cancel
//
// Between the fields constant bytes are compared a word at a time, and nothing is walked twice. Any
// deviation is a "no" and nothing else: reply-envelope.ts then reads the answer the lenient way,
// member by member. Layouts: Binance spot WebSocket API document of 2026-07-21.
import { ByteLayout, NOT_READ, textList } from '#wire/byte-layout.ts'
import type { LimitLayout } from './limit-layout.ts'

const HEAD = ['{"id":', ',"status":200,"result":', '{"symbol":"']
const ORIGINAL_ID = ['","origClientOrderId":"']
const NAMES = ['","orderId":', ',"orderListId":-1,"clientOrderId":"', '","transactTime":']
const ACK_END = ['},"rateLimits":']
const CANCEL_END = [
  ',"price":"',
  '","origQty":"',
  '","executedQty":"',
  '","origQuoteOrderQty":"',
  '","cummulativeQuoteQty":"',
  '","status":"CANCELED","timeInForce":"',
  '","type":"',
  '","side":"',
  '","selfTradePreventionMode":"',
  '"},"rateLimits":',
]
const TEXTS = textList([...HEAD, ...ORIGINAL_ID, ...NAMES, ...ACK_END, ...CANCEL_END])
const NAMES_AT = textList([...HEAD, ...ORIGINAL_ID]).length
const CANCEL_END_AT = NAMES_AT + textList([...NAMES, ...ACK_END]).length
/** How many texts that nobody reads stand between the executed quantity and the end. */
const BEHIND_QTY = 6

const CLOSE_OBJECT = 0x7d

/** Positions are of the message's own memory. */
export class OrderAnswerLayout {
  id = 0
  resultAt = -1
  orderIdAt = -1
  orderIdEnd = -1
  /** `transactTime` as it stands there: milliseconds. */
  time = 0
  /** The opening quote of a cancel's `executedQty`; −1 in an answer to a place. */
  executedQtyAt = -1
  #isCancel = false
  /** The text that is expected next. */
  #text = 0
  readonly #layout = new ByteLayout()

  /** True when the whole message was read; `limits` then holds its rate limits. */
  match(bytes: Uint8Array, start: number, end: number, limits: LimitLayout): boolean {
    const layout = this.#layout
    this.executedQtyAt = -1
    this.#isCancel = false
    this.#text = 0
    layout.reset(bytes, start, end)
    if (!this.#matchHead() || !this.#matchNames()) return false
    const limitsEnd = this.#matchState() ? limits.match(bytes, layout.position, end) : NOT_READ
    if (limitsEnd === end - 1 && bytes[limitsEnd] === CLOSE_OBJECT) return true
    limits.count = 0
    return false
  }

  #matchHead(): boolean {
    const layout = this.#layout
    if (!this.#pass()) return false
    this.id = layout.integer()
    if (this.id === NOT_READ || !this.#pass()) return false
    this.resultAt = layout.position
    return this.#passWithValue()
  }

  /** Up to and with the time. */
  #matchNames(): boolean {
    const layout = this.#layout
    this.#isCancel = this.#pass()
    if (this.#isCancel && layout.plainText() < 0) return false
    this.#text = NAMES_AT
    if (!this.#pass()) return false
    this.orderIdAt = layout.position
    if (layout.integer() === NOT_READ) return false
    this.orderIdEnd = layout.position
    if (!this.#passWithValue() || !this.#pass()) return false
    this.time = layout.integer()
    return this.time !== NOT_READ
  }

  /** The rest of the result, and the key of the limits. */
  #matchState(): boolean {
    const layout = this.#layout
    if (!this.#isCancel) return this.#pass()
    this.#text = CANCEL_END_AT
    if (!this.#passWithValue() || !this.#passWithValue() || !this.#pass()) return false
    this.executedQtyAt = layout.position - 1
    if (layout.plainText() < 0) return false
    for (let i = 0; i < BEHIND_QTY; i++) if (!this.#passWithValue()) return false
    return this.#pass()
  }

  /** Passes over the next text. */
  #pass(): boolean {
    const next = this.#layout.nextText(TEXTS, this.#text)
    if (next === NOT_READ) return false
    this.#text = next
    return true
  }

  /** Passes over the next text and the quoted value behind it. */
  #passWithValue(): boolean {
    return this.#pass() && this.#layout.plainText() >= 0
  }
}
