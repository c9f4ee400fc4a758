// Says each difference once: again only after it was gone.
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'

export interface Difference {
  readonly level: NoticeLevel
  readonly code: string
  readonly text: string
}

export class DifferenceLog {
  readonly #notices: NoticeSink
  readonly #told = new Set<string>()

  constructor(notices: NoticeSink) {
    this.#notices = notices
  }

  found(key: string, difference: Difference, nowNs: MonoNs): void {
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#notices.notice(difference.level, difference.code, difference.text, nowNs)
  }

  healed(key: string): void {
    this.#told.delete(key)
  }
}
