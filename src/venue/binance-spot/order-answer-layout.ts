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
import { ByteLayout, LayoutText, NOT_READ } from '#wire/byte-layout.ts'
import type { LimitLayout } from './limit-layout.ts'

const HEAD = new LayoutText('{"id":')
const RESULT = new LayoutText(',"status":200,"result":')
const SYMBOL = new LayoutText('{"symbol":"')
const ORIGINAL_ID = new LayoutText('","origClientOrderId":"')
const ORDER_ID = new LayoutText('","orderId":')
const CLIENT_ID = new LayoutText(',"orderListId":-1,"clientOrderId":"')
const TIME = new LayoutText('","transactTime":')
const ACK_LIMITS = new LayoutText('},"rateLimits":')
const PRICE = new LayoutText(',"price":"')
const EXECUTED_QTY = new LayoutText('","executedQty":"')
const CANCEL_LIMITS = new LayoutText('"},"rateLimits":')

/** What stands before each text that nobody reads, up to the quantity and behind it. */
const BEFORE_QTY = [new LayoutText('","origQty":"')]
const BEHIND_QTY = [
  '","origQuoteOrderQty":"',
  '","cummulativeQuoteQty":"',
  '","status":"CANCELED","timeInForce":"',
  '","type":"',
  '","side":"',
  '","selfTradePreventionMode":"',
].map((text) => new LayoutText(text))

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
  readonly #layout = new ByteLayout()

  /** True when the whole message was read; `limits` then holds its rate limits. */
  match(bytes: Uint8Array, start: number, end: number, limits: LimitLayout): boolean {
    const layout = this.#layout
    this.executedQtyAt = -1
    this.#isCancel = false
    layout.reset(bytes, start, end)
    if (!this.#matchHead() || !this.#matchNames()) return false
    const limitsEnd = this.#matchState() ? limits.match(bytes, layout.position, end) : NOT_READ
    if (limitsEnd === end - 1 && bytes[limitsEnd] === CLOSE_OBJECT) return true
    limits.count = 0
    return false
  }

  #matchHead(): boolean {
    const layout = this.#layout
    if (!layout.literal(HEAD)) return false
    this.id = layout.integer()
    if (this.id === NOT_READ || !layout.literal(RESULT)) return false
    this.resultAt = layout.position
    return this.#passText(SYMBOL)
  }

  /** Up to and with the time. */
  #matchNames(): boolean {
    const layout = this.#layout
    if (layout.literal(ORIGINAL_ID)) {
      this.#isCancel = true
      if (layout.plainText() < 0) return false
    }
    if (!layout.literal(ORDER_ID)) return false
    this.orderIdAt = layout.position
    if (layout.integer() === NOT_READ) return false
    this.orderIdEnd = layout.position
    if (!this.#passText(CLIENT_ID) || !layout.literal(TIME)) return false
    this.time = layout.integer()
    return this.time !== NOT_READ
  }

  /** The rest of the result, and the key of the limits. */
  #matchState(): boolean {
    const layout = this.#layout
    if (!this.#isCancel) return layout.literal(ACK_LIMITS)
    if (!this.#passText(PRICE) || !this.#passTexts(BEFORE_QTY)) return false
    if (!layout.literal(EXECUTED_QTY)) return false
    this.executedQtyAt = layout.position - 1
    if (layout.plainText() < 0 || !this.#passTexts(BEHIND_QTY)) return false
    return layout.literal(CANCEL_LIMITS)
  }

  #passTexts(keys: readonly LayoutText[]): boolean {
    for (let i = 0; i < keys.length; i++) if (!this.#passText(keys[i]!)) return false
    return true
  }

  #passText(key: LayoutText): boolean {
    return this.#layout.literal(key) && this.#layout.plainText() >= 0
  }
}
