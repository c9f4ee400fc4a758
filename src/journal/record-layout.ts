// The bytes of a journal record: one table, from which encoder, decoder and types follow.
//
//   0        4        8      10        12       16            24          32
//   ├─length─┼─crc32──┼─kind─┼─version─┼─flags──┼─sequence────┼─nowNs─────┼─ body … 0-padded ─┤
//     u32      u32     u16    u16       u32      u64           f64          fields in table order
//
// Little-endian. The fields of a body stand by falling size, texts last, so that every number is
// aligned and a plain typed-array store. `length` counts the whole record, padding included, and
// is a multiple of 8. `crc32` (by the journal's writer) covers every byte from `kind` on, seeded
// with the length, so no bit of a record can change unnoticed. Text is a u16 byte count and UTF-8.
//
// The format's rule: kinds and fields are appended, never renumbered, reordered or reused. A
// change of a kind's fields is a new version of it, and readers keep the older ones. An unknown
// kind or a newer version is refused by name: guessing at orders is worse than not starting.

/** 2 since snapshots exist: a reader that does not know them must not begin in the middle. */
export const FORMAT_VERSION = 2

export const RECORD_HEADER_BYTES = 32
export const LENGTH_OFFSET = 0
export const CRC_OFFSET = 4
export const KIND_OFFSET = 8
export const VERSION_OFFSET = 10
export const FLAGS_OFFSET = 12
export const SEQUENCE_OFFSET = 16
export const NOW_NS_OFFSET = 24

export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'f64' | 'flag' | 'text'

export interface RecordLayout {
  readonly kind: number
  readonly version: number
  readonly fields: Readonly<Record<string, FieldType>>
}

export const RECORD_LAYOUTS = {
  /** The first record of every incarnation. */
  engine_start: {
    kind: 1,
    version: 1,
    fields: { wallUs: 'f64', incarnation: 'u16', instance: 'u8', configHash: 'text', mode: 'text' },
  },
  /** The last record of an incarnation that stopped by itself; `clean` = every task was settled. */
  engine_end: { kind: 2, version: 1, fields: { clean: 'flag' } },
  /** Pairs the record's nowNs with the wall clock, so that the last sign of life is datable. */
  clock_stamp: { kind: 3, version: 1, fields: { wallUs: 'f64' } },
  /** What an instrument index means from here on; `facts` is JSON of its listing. */
  instrument: { kind: 4, version: 1, fields: { index: 'i32', facts: 'text' } },
  /** What an account index means from here on. */
  account: {
    kind: 5,
    version: 1,
    fields: { index: 'i32', exchange: 'text', market: 'text', name: 'text' },
  },
  /** `parameters` is JSON in the user's words. */
  task_created: {
    kind: 6,
    version: 1,
    fields: { task: 'i32', id: 'text', type: 'text', parameters: 'text' },
  },
  /** The whole new parameter set, JSON. */
  task_updated: { kind: 7, version: 1, fields: { task: 'i32', parameters: 'text' } },
  /** A command as it was accepted; `origin` says who gave it (`api`, `config`, `signal`). */
  task_command: { kind: 8, version: 1, fields: { task: 'i32', command: 'text', origin: 'text' } },
  task_state: {
    kind: 9,
    version: 1,
    fields: { task: 'i32', state: 'u8', stateName: 'text', reason: 'text' },
  },
  /** A durable fact that the task owns, JSON: its arrival price, say. */
  task_note: { kind: 10, version: 1, fields: { task: 'i32', note: 'text' } },
  /** Written before the order is sent. */
  order_created: {
    kind: 11,
    version: 1,
    fields: {
      priceUnits: 'f64',
      qtyUnits: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      task: 'i32',
      instrument: 'i32',
      account: 'i32',
      side: 'u8',
      type: 'u8',
      timeInForce: 'u8',
      reduceOnly: 'flag',
    },
  },
  order_event: {
    kind: 12,
    version: 1,
    fields: {
      filledUnits: 'f64',
      cumQtyUnits: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      event: 'u8',
      stateAfter: 'u8',
      reason: 'u8',
      venueOrderId: 'text',
    },
  },
  /** One execution; a provisional one is inferred from a cumulative count, its id made by us. */
  fill: {
    kind: 13,
    version: 1,
    fields: {
      priceUnits: 'f64',
      qtyUnits: 'f64',
      venueTimeUs: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      account: 'i32',
      instrument: 'i32',
      side: 'u8',
      isMaker: 'flag',
      provisional: 'flag',
      tradeId: 'text',
      fee: 'text',
      feeAsset: 'text',
    },
  },
  /** Trades of this account and instrument are known completely up to this one. */
  listing_cursor: {
    kind: 14,
    version: 1,
    fields: { wallUs: 'f64', account: 'i32', instrument: 'i32', tradeId: 'text' },
  },
  notice: { kind: 15, version: 1, fields: { level: 'u8', code: 'text', text: 'text' } },
  /** The order_created before it is another program's order: `foreignId` is its name there. */
  order_foreign: {
    kind: 16,
    version: 1,
    fields: { clientIdHi: 'u32', clientIdLo: 'u32', foreignId: 'text' },
  },
  /**
   * What a person said became of an order; the events and provisional fills that follow carry it
   * out. `averagePriceUnits` is −1 where none was given.
   */
  operator_verdict: {
    kind: 17,
    version: 1,
    fields: {
      averagePriceUnits: 'f64',
      filledUnits: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      isAbsent: 'flag',
      isForced: 'flag',
      who: 'text',
      reason: 'text',
    },
  },
  /** What follows, up to snapshot_end, stands for every record up to `coveredSequence`. */
  snapshot_begin: {
    kind: 18,
    version: 1,
    fields: { coveredSequence: 'f64', records: 'u32', incarnationFirst: 'u16' },
  },
  /** Repeats the count, so that a snapshot is whole or none; the rest dates the covered journal. */
  snapshot_end: {
    kind: 19,
    version: 1,
    fields: { lastWallUs: 'f64', records: 'u32', endedClean: 'flag' },
  },
  /** In snapshots: what a task's forgotten records added up to. */
  task_counts: {
    kind: 21,
    version: 1,
    fields: { task: 'i32', orders: 'i32', rejects: 'i32', reprices: 'i32' },
  },
  /** In snapshots: Σ fills of a task's forgotten orders; `notional` is an exact integer. */
  task_totals: {
    kind: 22,
    version: 1,
    fields: {
      qtyUnits: 'f64',
      task: 'i32',
      instrument: 'i32',
      fills: 'u32',
      notional: 'text',
      fees: 'text',
    },
  },
  /** In snapshots: the net of what forgotten orders filled. */
  position: {
    kind: 23,
    version: 1,
    fields: { netUnits: 'f64', account: 'i32', instrument: 'i32' },
  },
  /** In snapshots: an order that may still matter, as its records left it at the record's nowNs. */
  order_row: {
    kind: 24,
    version: 1,
    fields: {
      priceUnits: 'f64',
      qtyUnits: 'f64',
      filledUnits: 'f64',
      cumQtyUnits: 'f64',
      createdWallUs: 'f64',
      madeUs: 'f64',
      touchedUs: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      task: 'i32',
      instrument: 'i32',
      account: 'i32',
      side: 'u8',
      type: 'u8',
      timeInForce: 'u8',
      orderState: 'u8',
      reduceOnly: 'flag',
      isOfLastLife: 'flag',
      venueOrderId: 'text',
      foreignId: 'text',
    },
  },
  /** In snapshots: a fill of such an order. */
  fill_row: {
    kind: 25,
    version: 1,
    fields: {
      priceUnits: 'f64',
      qtyUnits: 'f64',
      venueTimeUs: 'f64',
      bookedUs: 'f64',
      clientIdHi: 'u32',
      clientIdLo: 'u32',
      task: 'i32',
      account: 'i32',
      instrument: 'i32',
      side: 'u8',
      isMaker: 'flag',
      provisional: 'flag',
      isOfLastLife: 'flag',
      tradeId: 'text',
      fee: 'text',
      feeAsset: 'text',
    },
  },
  /** In snapshots: the wall clock at the first record that was ever covered. */
  journal_began: { kind: 26, version: 1, fields: { wallUs: 'f64' } },
  /** The kill switch was engaged, or released; the newest one counts, over restarts too. */
  kill_switch: {
    kind: 20,
    version: 1,
    fields: { engaged: 'flag', origin: 'text', who: 'text', reason: 'text' },
  },
} as const satisfies Readonly<Record<string, RecordLayout>>

type Layouts = typeof RECORD_LAYOUTS
export type RecordName = keyof Layouts

/** Levels of a `notice` record by number. */
export const NOTICE_LEVELS = ['info', 'warn', 'alarm'] as const

type FieldValue<T> = T extends 'text' ? string : T extends 'flag' ? boolean : number

/** The fields of one kind, without its header. */
export type RecordBody<N extends RecordName> = {
  readonly [F in keyof Layouts[N]['fields']]: FieldValue<Layouts[N]['fields'][F]>
}

export interface RecordHeader<N extends RecordName> {
  readonly kind: N
  /** 1 for the first record of a journal, then without a gap, over incarnations. */
  readonly sequence: number
  /** Monotonic ns of the incarnation that wrote it. */
  readonly nowNs: number
}

/** One record, discriminated by `kind`. */
export type JournalRecord = {
  readonly [N in RecordName]: RecordHeader<N> & RecordBody<N>
}[RecordName]

/** Bytes of the fields that have a fixed size, text counts included. */
export const FIELD_BYTES: Readonly<Record<FieldType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  f64: 8,
  flag: 1,
  text: 2,
}

/** Size of a record of this kind whose texts are all empty, before padding. */
export function fixedBytes(layout: RecordLayout): number {
  let bytes = RECORD_HEADER_BYTES
  for (const type of Object.values(layout.fields)) bytes += FIELD_BYTES[type]
  return bytes
}
