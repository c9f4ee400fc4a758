// One line that shows how far a run is: rewritten in place on a terminal, a plain line every two
// seconds elsewhere. Notices worth a person's eye are printed above it.
import { styleText } from 'node:util'
import type { TaskReport } from '#task/task.ts'

const PLAIN_EVERY_MS = 2_000
const BAR_WIDTH = 10

export class StatusLine {
  readonly #out: NodeJS.WriteStream
  #isShown = false
  #lastPlainMs = 0

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  /** A line of its own, above the status. */
  print(line: string): void {
    this.#clear()
    this.#out.write(`${line}\n`)
  }

  /** `moreCount`: tasks that are not shown. */
  show(reports: readonly TaskReport[], moreCount: number, elapsedMs: number): void {
    const tasks = reports.map(taskText).join('   ')
    const more = moreCount > 0 ? `   and ${moreCount} more` : ''
    const line = `${(elapsedMs / 1_000).toFixed(1)}s  ${tasks}${more}`
    if (this.#out.isTTY) {
      this.#clear()
      this.#out.write(line.slice(0, Math.max(20, this.#out.columns - 1)))
      this.#isShown = true
      return
    }
    if (elapsedMs - this.#lastPlainMs < PLAIN_EVERY_MS) return
    this.#lastPlainMs = elapsedMs
    this.#out.write(`${line}\n`)
  }

  /** What goes on before there are tasks to show; on a terminal alone. */
  progress(text: string): void {
    if (!this.#out.isTTY) return
    this.#clear()
    this.#out.write(text)
    this.#isShown = true
  }

  end(): void {
    this.#clear()
  }

  #clear(): void {
    if (this.#isShown) this.#out.write('\r\u001b[2K')
    this.#isShown = false
  }
}

function taskText(report: TaskReport): string {
  const fraction = Number(report.total) > 0 ? Number(report.filled) / Number(report.total) : 0
  const full = Math.min(BAR_WIDTH, Math.round(fraction * BAR_WIDTH))
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
  const name = styleText('bold', report.id)
  return `${name} ${bar} ${report.filled}/${report.total} ${report.state}`
}
