// The bytes of a notice between the engine and the desk worker, in memory only, never on disk.
//
//   ├─ nowNs f64 ─┼─ level u32 ─┼─ codeBytes u32 ─┼─ code … ─┼─ text … ─┤   UTF-8
import type { NoticeLevel } from '#core/notice.ts'
import type { SharedRing } from '#core/shared-ring.ts'
import { monoNs, type MonoNs } from '#core/units.ts'

const NOTICE_LEVELS: readonly NoticeLevel[] = ['info', 'warn', 'alarm']
const HEADER_BYTES = 16
const UTF8_BYTES_MAX = 3
const encoder = new TextEncoder()

/** Words of the log's ring. */
export const LogWord = { Stop: 0, Stopped: 1, Sleep: 2 } as const

export interface NoticeFields {
  readonly level: NoticeLevel
  readonly code: string
  readonly text: string
  readonly nowNs: MonoNs
}

export function noticeBytesMax(code: string, text: string): number {
  return HEADER_BYTES + (code.length + text.length) * UTF8_BYTES_MAX
}

/** Returns how many bytes the notice took. */
export function writeNotice(ring: SharedRing, offset: number, notice: NoticeFields): number {
  const { bytes, view } = ring
  const { written: codeBytes } = encoder.encodeInto(notice.code, bytes.subarray(offset + 16))
  view.setFloat64(offset, notice.nowNs, true)
  view.setUint32(offset + 8, NOTICE_LEVELS.indexOf(notice.level), true)
  view.setUint32(offset + 12, codeBytes, true)
  const text = bytes.subarray(offset + HEADER_BYTES + codeBytes)
  return HEADER_BYTES + codeBytes + encoder.encodeInto(notice.text, text).written
}

export function readNotice(ring: SharedRing, offset: number, bodyBytes: number): NoticeFields {
  const { bytes, view } = ring
  const codeStart = offset + HEADER_BYTES
  const codeEnd = codeStart + view.getUint32(offset + 12, true)
  const text = (start: number, end: number) => Buffer.from(bytes.slice(start, end)).toString('utf8')
  return {
    level: NOTICE_LEVELS[view.getUint32(offset + 8, true)] ?? 'alarm',
    code: text(codeStart, codeEnd),
    text: text(codeEnd, offset + bodyBytes),
    nowNs: monoNs(view.getFloat64(offset, true)),
  }
}
