// The log as people find it: JSON lines, one a notice, in <state_dir>/floe.log. When the file has
// grown too large it becomes floe.log.1 and a new one begins; an older floe.log.1 is dropped.
import { appendFileSync, renameSync, statSync } from 'node:fs'
import type { NoticeFields } from './notice-layout.ts'

const FILE_BYTES_MAX = 64 << 20

export class LogFile {
  readonly #path: string
  readonly #bytesMax: number
  #bytes: number

  constructor(path: string, bytesMax: number = FILE_BYTES_MAX) {
    this.#path = path
    this.#bytesMax = bytesMax
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Appends whole lines; throws what the file system says. */
  append(lines: string): void {
    if (this.#bytes > this.#bytesMax) {
      renameSync(this.#path, `${this.#path}.1`)
      this.#bytes = 0
    }
    appendFileSync(this.#path, lines, { mode: 0o600 })
    this.#bytes += Buffer.byteLength(lines)
  }
}

/** One line with its end: `{"time":…,"level":…,"code":…,"text":…}`. */
export function logLine(notice: NoticeFields, wallMs: number): string {
  const { level, code, text } = notice
  return `${JSON.stringify({ time: new Date(wallMs).toISOString(), level, code, text })}\n`
}
