// What a person should know, said once each, off the hot path: reconnects, gaps, alarms.
// Rooms speak to this port; log/ writes it down and the status line shows the latest.
import type { MonoNs } from './units.ts'

export type NoticeLevel = 'info' | 'warn' | 'alarm'

export interface NoticeSink {
  /** `code` is stable (`book_gap`); `text` names the thing and, where there is one, the fix. */
  notice(level: NoticeLevel, code: string, text: string, nowNs: MonoNs): void
}
