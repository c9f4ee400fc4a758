// Reads messages whose layouts are known (message-layout.ts): which one a message has, and the
// values in it. Any deviation is a "no" and never a refusal: white space, another order of keys, a
// number of another form, one that does not fit. Whoever hears "no" reads the message again in a
// lenient way, which decides.
import type { MessageLayout } from './message-layout.ts'

/** The answer of `match` to a message of no known layout. */
export const NO_LAYOUT = -1

export interface LayoutMatcher {
  /** By slot; good until the next match. */
  readonly values: Float64Array
  /** Prices and quantities of level list 0, then of list 1. */
  readonly lists: readonly Float64Array[]
  /** Levels in list 0 or 1 of the last message. */
  count(list: 0 | 1): number

  /**
   * Messages with `key` have this layout from now on. Its number, counted from 0; NO_LAYOUT when
   * there is no room or the key is longer than 31 bytes: they are then read the lenient way.
   */
  add(key: string, layout: MessageLayout): number

  /** The number of the message's layout, with its values stored; or NO_LAYOUT. */
  match(bytes: Uint8Array, start: number, end: number): number

  /** Memory to receive messages into, where they are read without a copy. */
  receiveBytes(sizeBytes: number): Uint8Array
}
