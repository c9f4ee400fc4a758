// The life of an order as a table. An order in Unknown, PendingCancel or PendingAmend counts as
// fully live for every limit. A terminal order still accepts late fills: the venue proves, we book.
import { TransitionTable } from '#core/transitions.ts'

export const OrderState = {
  Created: 0,
  PendingNew: 1,
  Open: 2,
  PartiallyFilled: 3,
  PendingCancel: 4,
  PendingAmend: 5,
  Unknown: 6,
  Filled: 7,
  Cancelled: 8,
  Rejected: 9,
  Expired: 10,
} as const
export type OrderState = (typeof OrderState)[keyof typeof OrderState]

export const ORDER_STATE_NAMES = [
  'created',
  'pending_new',
  'open',
  'partially_filled',
  'pending_cancel',
  'pending_amend',
  'unknown',
  'filled',
  'cancelled',
  'rejected',
  'expired',
] as const

export const OrderEvent = {
  /** The bytes were handed to the link. */
  Send: 0,
  /** Nothing was sent: refused by the gate, the budget or a closed session. */
  SendRefused: 1,
  /** The venue confirmed the order is on its book. */
  Accept: 2,
  /** A definite rejection. */
  Reject: 3,
  /** No answer decides: timeout, 5xx, lost socket. */
  NoAnswer: 4,
  FillPart: 5,
  FillLast: 6,
  CancelSend: 7,
  /** Terminal by cancel, from stream, reply, query or listing. */
  Cancel: 8,
  /** The cancel was refused and the order is known to be open. */
  CancelRefused: 9,
  Expire: 10,
  AmendSend: 11,
  AmendAccept: 12,
  AmendRefused: 13,
  /** A query or listing found it open. */
  FoundOpen: 14,
  /** Proven absent: never accepted by the venue (coverage proven, the order is old enough). */
  ProvenAbsent: 15,
} as const
export type OrderEvent = (typeof OrderEvent)[keyof typeof OrderEvent]

const S = OrderState
const E = OrderEvent

export const orderTransitions = new TransitionTable('order', S, E, [
  // from               event            to                   why
  [S.Created, E.Send, S.PendingNew],
  [S.Created, E.SendRefused, S.Rejected], //                  nothing left the house
  [S.Created, E.NoAnswer, S.Unknown], //                      recovered: was it ever sent?

  [S.PendingNew, E.Accept, S.Open],
  [S.PendingNew, E.Reject, S.Rejected],
  [S.PendingNew, E.NoAnswer, S.Unknown], //                   counts as live until settled
  [S.PendingNew, E.FillPart, S.PartiallyFilled], //           the fill overtook the ack
  [S.PendingNew, E.FillLast, S.Filled],
  [S.PendingNew, E.CancelSend, S.PendingCancel], //           cancel before ack: by client id
  [S.PendingNew, E.Cancel, S.Cancelled], //                   cancelled by the venue or by hand
  [S.PendingNew, E.Expire, S.Expired], //                     an IOC's end overtook its ack
  [S.PendingNew, E.FoundOpen, S.Open],

  [S.Open, E.Accept, S.Open], //                              ack after a listing found it
  [S.Open, E.FillPart, S.PartiallyFilled],
  [S.Open, E.FillLast, S.Filled],
  [S.Open, E.CancelSend, S.PendingCancel],
  [S.Open, E.Cancel, S.Cancelled],
  [S.Open, E.Expire, S.Expired],
  [S.Open, E.AmendSend, S.PendingAmend],
  [S.Open, E.FoundOpen, S.Open],
  [S.Open, E.NoAnswer, S.Unknown], //                         recovered, not yet settled

  [S.PartiallyFilled, E.Accept, S.PartiallyFilled], //        late ack
  [S.PartiallyFilled, E.FillPart, S.PartiallyFilled],
  [S.PartiallyFilled, E.FillLast, S.Filled],
  [S.PartiallyFilled, E.CancelSend, S.PendingCancel],
  [S.PartiallyFilled, E.Cancel, S.Cancelled],
  [S.PartiallyFilled, E.Expire, S.Expired],
  [S.PartiallyFilled, E.AmendSend, S.PendingAmend],
  [S.PartiallyFilled, E.FoundOpen, S.PartiallyFilled],
  [S.PartiallyFilled, E.NoAnswer, S.Unknown],

  [S.PendingCancel, E.Accept, S.PendingCancel], //            our cancel overtook the ack
  [S.PendingCancel, E.Reject, S.Rejected], //                 the place was refused after all
  [S.PendingCancel, E.FillPart, S.PendingCancel],
  [S.PendingCancel, E.FillLast, S.Filled], //                 the fill won the race
  [S.PendingCancel, E.CancelSend, S.PendingCancel], //        asked again by the ladder
  [S.PendingCancel, E.Cancel, S.Cancelled],
  [S.PendingCancel, E.CancelRefused, S.Open], //              known open: the venue was mid-match
  [S.PendingCancel, E.Expire, S.Expired],
  [S.PendingCancel, E.NoAnswer, S.PendingCancel], //          a cancel's silence decides nothing
  [S.PendingCancel, E.FoundOpen, S.PendingCancel], //         the cancel may still be under way
  [S.PendingCancel, E.ProvenAbsent, S.Rejected],

  [S.PendingAmend, E.Accept, S.PendingAmend],
  [S.PendingAmend, E.AmendAccept, S.Open],
  [S.PendingAmend, E.AmendRefused, S.Open],
  [S.PendingAmend, E.FillPart, S.PendingAmend],
  [S.PendingAmend, E.FillLast, S.Filled],
  [S.PendingAmend, E.CancelSend, S.PendingCancel],
  [S.PendingAmend, E.Cancel, S.Cancelled],
  [S.PendingAmend, E.Expire, S.Expired],
  [S.PendingAmend, E.NoAnswer, S.Unknown], //                 its window has passed: a report tells
  [S.PendingAmend, E.FoundOpen, S.PendingAmend], //           the amend may still be under way

  [S.Unknown, E.Accept, S.Open], //                           the answer came after all
  [S.Unknown, E.Reject, S.Rejected],
  [S.Unknown, E.NoAnswer, S.Unknown],
  [S.Unknown, E.FillPart, S.PartiallyFilled], //              a fill proves it was accepted
  [S.Unknown, E.FillLast, S.Filled],
  [S.Unknown, E.CancelSend, S.Unknown], //                    safe by id, proves nothing
  [S.Unknown, E.Cancel, S.Cancelled],
  [S.Unknown, E.Expire, S.Expired],
  [S.Unknown, E.FoundOpen, S.Open],
  [S.Unknown, E.ProvenAbsent, S.Rejected],

  // Terminal states take late fills (with a warning) and shrug at repeated news.
  [S.Filled, E.Accept, S.Filled],
  [S.Filled, E.FillPart, S.Filled], //                        more than ordered: booked, alarmed
  [S.Filled, E.FillLast, S.Filled],
  [S.Filled, E.Cancel, S.Filled], //                          the cancel lost the race
  [S.Filled, E.CancelRefused, S.Filled],
  [S.Filled, E.Expire, S.Filled],
  [S.Filled, E.NoAnswer, S.Filled],
  [S.Filled, E.FoundOpen, S.Filled], //                       a stale listing

  [S.Cancelled, E.Accept, S.Cancelled],
  [S.Cancelled, E.FillPart, S.Cancelled], //                  late fill of a cancelled order
  [S.Cancelled, E.FillLast, S.Filled],
  [S.Cancelled, E.Cancel, S.Cancelled],
  [S.Cancelled, E.CancelRefused, S.Cancelled],
  [S.Cancelled, E.Expire, S.Cancelled],
  [S.Cancelled, E.NoAnswer, S.Cancelled],
  [S.Cancelled, E.FoundOpen, S.Cancelled],

  [S.Rejected, E.Reject, S.Rejected],
  [S.Rejected, E.CancelRefused, S.Rejected],
  [S.Rejected, E.Cancel, S.Cancelled], //                     it lived after all, and is gone
  [S.Rejected, E.Accept, S.Open], //                          it lives: the venue is right, alarmed
  [S.Rejected, E.FoundOpen, S.Open],
  [S.Rejected, E.FillPart, S.PartiallyFilled],
  [S.Rejected, E.FillLast, S.Filled],
  [S.Rejected, E.Expire, S.Expired],
  [S.Rejected, E.NoAnswer, S.Rejected],

  [S.Expired, E.Accept, S.Expired],
  [S.Expired, E.FillPart, S.Expired],
  [S.Expired, E.FillLast, S.Filled],
  [S.Expired, E.Cancel, S.Expired],
  [S.Expired, E.CancelRefused, S.Expired],
  [S.Expired, E.Expire, S.Expired],
  [S.Expired, E.NoAnswer, S.Expired],
  [S.Expired, E.FoundOpen, S.Expired],
])

export const isTerminal = (state: OrderState): boolean => state >= OrderState.Filled
/** Sent and not settled: it may still trade. */
export const isLive = (state: OrderState): boolean => state > OrderState.Created && state < S.Filled
/** On the venue's book with nothing asked of it: it can be cancelled. */
export const isWorking = (state: OrderState): boolean =>
  state === OrderState.Open || state === OrderState.PartiallyFilled
/** Live, and nobody knows what the venue made of our last request. */
export const isUndecided = (state: OrderState): boolean =>
  state === S.PendingNew ||
  state === S.PendingCancel ||
  state === S.PendingAmend ||
  state === S.Unknown
