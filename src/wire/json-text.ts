// Cold path: whole JSON texts (listings, query results) into plain values, with typed access.
//
// Integers of 16 digits or more become strings, because a venue's ids may exceed 2^53 and a
// rounded id looks like somebody else's order. Access by name refuses a missing or mistyped
// field with an EngineError that names it; what to do about it is the caller's decision.
import { EngineError } from '#core/engine-error.ts'

export type JsonRecord = Readonly<Record<string, unknown>>

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const LONG_INTEGER = /^-?\d{16,}$/

/** @throws EngineError `bad_json` */
export function parseJson(text: string): unknown {
  const quoted = text.replace(STRING_OR_NUMBER, (token) =>
    LONG_INTEGER.test(token) ? `"${token}"` : token,
  )
  try {
    return JSON.parse(quoted)
  } catch (thrown) {
    throw new EngineError('bad_json', 'the venue sent text that is not JSON', 'error', thrown)
  }
}

export function recordOf(value: unknown, what: string): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EngineError('bad_json', `${what} is not an object`)
  }
  return value as JsonRecord
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new EngineError('bad_json', `${what} is not a list`)
  return value
}

export function textOf(record: JsonRecord, name: string): string {
  const value = record[name]
  if (typeof value !== 'string') throw new EngineError('bad_json', `"${name}" is not text`)
  return value
}

/** An id as text, whether the venue sent a number or a string; '' where it is absent. */
export function idOf(record: JsonRecord, name: string): string {
  const value = record[name]
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  return String(integerOf(record, name))
}

export function integerOf(record: JsonRecord, name: string): number {
  const value = record[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new EngineError('bad_json', `"${name}" is not an integer`)
  }
  return value
}
