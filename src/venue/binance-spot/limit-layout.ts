// Hot path.
// The rate limits that close every answer, in the layout Binance spot sends them:
//
//   [{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":50,"count":3},…]
//
// A list with anything else in it is not matched at all, and reply-envelope.ts reads it member by
// member. Layout: WebSocket API document "Rate limits" of 2026-07-21.
import { ByteLayout, NOT_READ, textList } from '#wire/byte-layout.ts'
import { LimitKind, type LimitListener } from './rate-limit.ts'

const LIMITS_MAX = 8
const WEIGHT_1M = '{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":'
const ORDERS_10S = '{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":'
const ORDERS_1D = '{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":'
const COUNT = ',"count":'
const TEXTS = textList([ORDERS_10S, ORDERS_1D, WEIGHT_1M, COUNT])
const ORDERS_10S_AT = 0
const ORDERS_1D_AT = textList([ORDERS_10S]).length
const WEIGHT_1M_AT = textList([ORDERS_10S, ORDERS_1D]).length
const COUNT_AT = textList([ORDERS_10S, ORDERS_1D, WEIGHT_1M]).length

// Short texts as little-endian words, for ByteLayout.word.
/** `[` */
const LIST_START = 0x5b
/** `},` */
const NEXT = 0x2c7d
/** `}]` */
const LAST = 0x5d7d

export class LimitLayout {
  /** How many limits the last match read. */
  count = 0
  readonly #layout = new ByteLayout()
  readonly #kinds = new Uint8Array(LIMITS_MAX)
  readonly #limits = new Float64Array(LIMITS_MAX)
  readonly #counts = new Float64Array(LIMITS_MAX)

  /** One past the list that begins at `start`, or NOT_READ. */
  match(bytes: Uint8Array, start: number, end: number): number {
    const layout = this.#layout
    this.count = 0
    layout.reset(bytes, start, end)
    if (!layout.word(LIST_START, 1)) return NOT_READ
    for (let at = 0; at < LIMITS_MAX; at++) {
      const kind = this.#matchKind()
      if (kind === LimitKind.Other) return NOT_READ
      const limit = layout.integer()
      if (limit <= 0 || !this.#passes(COUNT_AT)) return NOT_READ
      const count = layout.integer()
      if (count === NOT_READ) return NOT_READ
      this.#kinds[at] = kind
      this.#limits[at] = limit
      this.#counts[at] = count
      if (layout.word(NEXT, 2)) continue
      if (!layout.word(LAST, 2)) return NOT_READ
      this.count = at + 1
      return layout.position
    }
    return NOT_READ
  }

  /** Tells what the last match read, in the order of the wire. */
  tell(listener: LimitListener): void {
    for (let at = 0; at < this.count; at++) {
      listener.onLimit(this.#kinds[at] as LimitKind, this.#limits[at]!, this.#counts[at]!)
    }
  }

  #matchKind(): LimitKind {
    if (this.#passes(WEIGHT_1M_AT)) return LimitKind.Weight1M
    if (this.#passes(ORDERS_10S_AT)) return LimitKind.Orders10S
    return this.#passes(ORDERS_1D_AT) ? LimitKind.Orders1D : LimitKind.Other
  }

  #passes(textAt: number): boolean {
    return this.#layout.nextText(TEXTS, textAt) !== NOT_READ
  }
}
