// How the bytes of a message stand, as data: constant text, and between it what varies. A venue
// describes its messages so; a LayoutMatcher then reads them.
//
//   {"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.35190000",…
//   └──────── text ──────────────────────────┘└integer┘└─ text ─────────┘└ decimal ─┘└ text
//
// A layout begins and ends with text, and between two values there is always some: a text that
// follows a number begins with something that cannot be part of one.

/** What stands between two texts, and where its value goes: a slot of LayoutMatcher.values. */
export type LayoutValue =
  /** A whole number below 10^15. */
  | { readonly kind: 'integer'; readonly slot: number }
  /** `25.35190000`, at most 16 characters: its value × 10^scale, which must be whole. */
  | { readonly kind: 'decimal'; readonly slot: number; readonly scale: number }
  /** `true` or `false`: 1 or 0. */
  | { readonly kind: 'flag'; readonly slot: number }
  /** `["price","qty"],…]` from behind its opening bracket on, into one of the two level lists. */
  | {
      readonly kind: 'levels'
      readonly list: 0 | 1
      readonly priceScale: number
      readonly qtyScale: number
    }

export type MessageLayout = readonly (string | LayoutValue)[]

export const integer = (slot: number): LayoutValue => ({ kind: 'integer', slot })
export const decimal = (slot: number, scale: number): LayoutValue => ({
  kind: 'decimal',
  slot,
  scale,
})
export const flag = (slot: number): LayoutValue => ({ kind: 'flag', slot })
export const levels = (list: 0 | 1, priceScale: number, qtyScale: number): LayoutValue => ({
  kind: 'levels',
  list,
  priceScale,
  qtyScale,
})
