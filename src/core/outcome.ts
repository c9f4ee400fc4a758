// Outcomes of hot-path calls. Zero is success; each negative names what the caller does next.
// Numbers enter journals and logs: append only, never renumber.

export const Outcome = {
  /** Done; for a send: the bytes were handed to the link. */
  Ok: 0,
  /** A preallocated table or ring is full: refuse, alarm, retry in a later turn. */
  Full: -1,
  /** The session is not ready (connecting, reconciling): nothing was sent. */
  NotReady: -2,
  /** The local rate budget has no room: nothing was sent. */
  RateLimited: -3,
  /** The message does not fit a buffer: our bug or absurd input; nothing was sent. */
  TooLarge: -4,
  /** The venue cannot do this (named by the caller): nothing was sent. */
  Unsupported: -5,
  /** The risk gate refused: its last refusal names rule, limit and value. */
  Refused: -6,
} as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

export const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = {
  [Outcome.Ok]: 'ok',
  [Outcome.Full]: 'full',
  [Outcome.NotReady]: 'not_ready',
  [Outcome.RateLimited]: 'rate_limited',
  [Outcome.TooLarge]: 'too_large',
  [Outcome.Unsupported]: 'unsupported',
  [Outcome.Refused]: 'refused',
}
