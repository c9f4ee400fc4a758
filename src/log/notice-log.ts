// Where notices go: into a ring for the desk worker, which writes floe.log, and into a short
// memory for the status line. Saying something never waits and never fails; when the ring is
// full the notice is counted as dropped, and still shows in the status line.
import { Outcome } from '#core/outcome.ts'
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import { RingProducer, type SharedRing } from '#core/shared-ring.ts'
import type { MonoNs } from '#core/units.ts'
import { noticeBytesMax, writeNotice } from './notice-layout.ts'

const LATEST_MAX = 32
const TEXT_LENGTH_MAX = 2_000
/** Shorter strings are no secrets, and would black out ordinary words. */
const SECRET_LENGTH_MIN = 6
const REDACTED = '[redacted]'

export interface Notice {
  readonly level: NoticeLevel
  readonly code: string
  readonly text: string
  readonly nowNs: MonoNs
}

export class NoticeLog implements NoticeSink {
  readonly #producer: RingProducer
  readonly #secrets: string[] = []
  readonly #latest: Notice[] = []
  readonly #countByCode = new Map<string, number>()
  #droppedCount = 0

  constructor(ring: SharedRing) {
    this.#producer = new RingProducer(ring)
  }

  notice(level: NoticeLevel, code: string, text: string, nowNs: MonoNs): void {
    const safe = this.#redact(text).slice(0, TEXT_LENGTH_MAX)
    this.#countByCode.set(code, (this.#countByCode.get(code) ?? 0) + 1)
    this.#latest.push({ level, code, text: safe, nowNs })
    if (this.#latest.length > LATEST_MAX) this.#latest.shift()
    const offset = this.#producer.begin(noticeBytesMax(code, safe))
    if (offset === Outcome.Full) {
      this.#droppedCount++
      return
    }
    const bytes = writeNotice(this.#producer.ring, offset, { level, code, text: safe, nowNs })
    this.#producer.commit(bytes)
  }

  /** A key or secret that must never be written, whoever quotes it. */
  hide(secret: string): void {
    if (secret.length >= SECRET_LENGTH_MIN) this.#secrets.push(secret)
  }

  /** Newest last. */
  get latest(): readonly Notice[] {
    return this.#latest
  }

  /** How often each code was said. */
  get countByCode(): ReadonlyMap<string, number> {
    return this.#countByCode
  }

  /** Notices that the log file misses because the desk worker was behind. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  #redact(text: string): string {
    let safe = text
    for (const secret of this.#secrets) safe = safe.replaceAll(secret, REDACTED)
    return safe
  }
}
