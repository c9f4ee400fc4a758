// Records as objects to bytes and back, driven by the layout table: what cold writers, readers
// and people use. The hot kinds are also written field by field in journal.ts; a test holds the
// two together. Decoding never throws on bytes whose checksum holds, except to refuse by name
// what a newer version wrote.
import { unreachable } from '#core/assert.ts'
import { EngineError } from '#core/engine-error.ts'
import {
  fixedBytes,
  KIND_OFFSET,
  NOW_NS_OFFSET,
  RECORD_HEADER_BYTES,
  RECORD_LAYOUTS,
  SEQUENCE_OFFSET,
  VERSION_OFFSET,
  type FieldType,
  type JournalRecord,
  type RecordBody,
  type RecordLayout,
  type RecordName,
} from './record-layout.ts'
import type { RecordWriter } from './record-writer.ts'

type Value = number | string | boolean

interface KnownKind {
  readonly name: RecordName
  readonly version: number
  readonly fields: readonly (readonly [string, FieldType])[]
}

/** By number: a start decodes a million records. */
const KNOWN_KINDS: readonly (KnownKind | undefined)[] = knownKinds()

/** Bytes of the record with this body, header included, before padding. */
export function exactBytes<N extends RecordName>(name: N, body: RecordBody<N>): number {
  let bytes = fixedBytes(RECORD_LAYOUTS[name])
  for (const value of Object.values<Value>(body)) {
    if (typeof value === 'string') bytes += Buffer.byteLength(value)
  }
  return bytes
}

/** Writes the fields of an already begun record in table order. */
export function writeBody<N extends RecordName>(
  writer: RecordWriter,
  name: N,
  body: RecordBody<N>,
): void {
  const values = body as Readonly<Record<string, Value>>
  const layout: RecordLayout = RECORD_LAYOUTS[name]
  for (const [field, type] of Object.entries(layout.fields)) {
    const value = values[field]
    if (type === 'text') writer.text(value as string)
    else if (type === 'flag') writer.flag(value as boolean)
    else writer[type](value as number)
  }
}

/**
 * The record that begins at `offset`, whose checksum the caller has verified.
 * @throws EngineError `journal_newer_version` naming `where` for an unknown kind or version.
 */
export function decodeRecord(view: DataView, offset: number, where: string): JournalRecord {
  const { name, fields } = knownKind(view, offset, where)
  const record: Record<string, Value> = {
    kind: name,
    sequence: sequenceAt(view, offset),
    nowNs: view.getFloat64(offset + NOW_NS_OFFSET, true),
  }
  const cursor = { view, at: offset + RECORD_HEADER_BYTES }
  for (const [field, type] of fields) record[field] = take(cursor, type)
  return record as unknown as JournalRecord
}

export function sequenceAt(view: DataView, offset: number): number {
  const low = view.getUint32(offset + SEQUENCE_OFFSET, true)
  return view.getUint32(offset + SEQUENCE_OFFSET + 4, true) * 2 ** 32 + low
}

/** @throws EngineError `journal_newer_version` naming `where`. */
export function knownName(view: DataView, offset: number, where: string): RecordName {
  return knownKind(view, offset, where).name
}

function knownKind(view: DataView, offset: number, where: string): KnownKind {
  const kind = view.getUint16(offset + KIND_OFFSET, true)
  const known = KNOWN_KINDS[kind]
  if (known === undefined) {
    throw newerVersion(`${where} holds a record of kind ${kind}, which this floe does not know`)
  }
  const version = view.getUint16(offset + VERSION_OFFSET, true)
  if (version <= known.version) return known
  const newest = `known: ${known.version}`
  throw newerVersion(`${where} holds a ${known.name} record of version ${version}, ${newest}`)
}

function knownKinds(): (KnownKind | undefined)[] {
  const kinds: (KnownKind | undefined)[] = []
  for (const name of Object.keys(RECORD_LAYOUTS) as RecordName[]) {
    const { kind, version, fields }: RecordLayout = RECORD_LAYOUTS[name]
    while (kinds.length <= kind) kinds.push(undefined)
    kinds[kind] = { name, version, fields: Object.entries(fields) }
  }
  return kinds
}

export function newerVersion(what: string): EngineError {
  const fix = 'run the floe that wrote it, or a newer one, or start with another state_dir'
  return new EngineError('journal_newer_version', `${what}; ${fix}`, 'fatal')
}

interface Cursor {
  readonly view: DataView
  at: number
}

function take(cursor: Cursor, type: FieldType): Value {
  const { view, at } = cursor
  switch (type) {
    case 'u8':
      cursor.at += 1
      return view.getUint8(at)
    case 'flag':
      cursor.at += 1
      return view.getUint8(at) !== 0
    case 'u16':
      cursor.at += 2
      return view.getUint16(at, true)
    case 'u32':
      cursor.at += 4
      return view.getUint32(at, true)
    case 'i32':
      cursor.at += 4
      return view.getInt32(at, true)
    case 'f64':
      cursor.at += 8
      return view.getFloat64(at, true)
    case 'text':
      return takeText(cursor)
    default:
      return unreachable(type)
  }
}

function takeText(cursor: Cursor): string {
  const { view } = cursor
  const bytes = view.getUint16(cursor.at, true)
  const start = cursor.at + 2
  cursor.at = start + bytes
  if (bytes === 0) return ''
  const from = view.byteOffset + start
  return bufferOver(view.buffer).toString('utf8', from, from + bytes)
}

/** Records are decoded one after the other from the same memory: it is wrapped once. */
let wrapped: Buffer = Buffer.from(new ArrayBuffer(0))
function bufferOver(memory: ArrayBufferLike): Buffer {
  if (wrapped.buffer !== memory) wrapped = Buffer.from(memory)
  return wrapped
}
