// Cells of transition tables that an exploration does not take, each with the reason, in three
// kinds that are counted apart: those that wait for a venue which does not exist here yet, those
// that only a venue could take which contradicts its own ledger (the property tests of test/order
// do what such a venue would), and those that nothing can take any more.

export const CELL_KINDS = ['waiting', 'contradiction', 'unreachable'] as const
export type CellKind = (typeof CELL_KINDS)[number]

export interface CellReason {
  readonly kind: CellKind
  readonly words: string
}

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

const AMENDS = 'no venue here moves a working order'
const TWO_ENDS = 'an order has one end: filled, cancelled or expired'
const WHOLE = 'what ended before it was filled is never filled whole'
const NO_ROW = 'the venue keeps no row of an order that it refused, and tells of it once'
const EARLY = 'the refusal of a cancel is dropped before the table when the order has ended'

/** Table → cell, or state, or event → why. */
const REASONS: Readonly<Record<CellKind, Reasons>> = {
  waiting: {
    order: { PendingAmend: AMENDS, AmendSend: AMENDS },
  },
  contradiction: {
    order: {
      'PendingCancel + Reject': NO_ROW,
      'Unknown + Reject': NO_ROW,
      'Rejected + Reject': NO_ROW,
      'Rejected + NoAnswer': NO_ROW,
      'Filled + Cancel': TWO_ENDS,
      'Filled + Expire': TWO_ENDS,
      'Cancelled + Expire': TWO_ENDS,
      'Expired + Cancel': TWO_ENDS,
      'Cancelled + FillLast': WHOLE,
      'Expired + FillLast': WHOLE,
      'PendingCancel + ProvenAbsent': 'a cancel is sent for what the venue has accepted',
    },
    book: {
      'Syncing + Gap': 'a snapshot and diffs that fit make a book that is crossed',
      'Stale + Gap': 'the same while a hole is mended',
    },
    'book sync': {
      'AwaitDiff + Defer': 'follows such a crossed book',
    },
  },
  unreachable: {
    order: {
      'Filled + CancelRefused': EARLY,
      'Cancelled + CancelRefused': EARLY,
      'Rejected + CancelRefused': EARLY,
      'Expired + CancelRefused': EARLY,
    },
    iceberg: {
      'NotStarted + Cancel': 'a task is started in the turn that makes it',
    },
    reconciler: {
      'Down + SessionDown': 'only when the event queue overflows while the session is down',
    },
  },
}

/** Undefined for a cell that an exploration should take. */
export function cellReason(table: string, cell: string): CellReason | undefined {
  const [state = '', event = ''] = cell.split(' + ')
  for (const kind of CELL_KINDS) {
    const ofTable = REASONS[kind][table] ?? {}
    const words = ofTable[cell] ?? ofTable[state] ?? ofTable[event]
    if (words !== undefined) return { kind, words }
  }
  return undefined
}
