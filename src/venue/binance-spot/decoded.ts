// What a public message turned out to be.

/** What a message was. Numbers below zero: refused, nothing reached the sink. */
export const Decoded = {
  Ticker: 0,
  DepthDiff: 1,
  Trade: 2,
  /** A REST depth body. From decode(): its symbol is not in it, hand it to decodeSnapshot. */
  Snapshot: 3,
  /** An event or a symbol that nobody follows. */
  Ignored: 4,
  /** The answer to a control message. */
  ControlReply: 5,
  /** The venue is about to close the connection: open the next one. */
  ServerShutdown: 6,
  /** Not decodable: truncated, wrong types, missing fields, absurd values. */
  RefusedMessage: -1,
  /** A price or quantity is finer than the instrument's scale. */
  RefusedScale: -2,
} as const
export type Decoded = (typeof Decoded)[keyof typeof Decoded]
