// Hot path.
// What tasks tell people, held until the turn has sent its orders: making a line of log costs as
// much as deciding on an order, and nobody reads it within the turn. Rows are used again.
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import { monoNs, type MonoNs } from '#core/units.ts'

export class EventTray {
  readonly #notices: NoticeSink
  readonly #levels: NoticeLevel[] = []
  readonly #codes: string[] = []
  readonly #tags: string[] = []
  readonly #texts: string[] = []
  readonly #timesNs: number[] = []
  #count = 0

  constructor(notices: NoticeSink) {
    this.#notices = notices
  }

  put(level: NoticeLevel, code: string, tag: string, text: string, nowNs: MonoNs): void {
    const at = this.#count++
    this.#levels[at] = level
    this.#codes[at] = code
    this.#tags[at] = tag
    this.#texts[at] = text
    this.#timesNs[at] = nowNs
  }

  /** Says everything that was put here, in that order. */
  empty(): void {
    for (let at = 0; at < this.#count; at++) {
      const tag = this.#tags[at]!
      const text = this.#texts[at]!
      const line = text === '' ? tag : `${tag}: ${text}`
      this.#notices.notice(this.#levels[at]!, this.#codes[at]!, line, monoNs(this.#timesNs[at]!))
    }
    this.#count = 0
  }
}
