// The desk: the thread for what people read later. It takes notices off the ring, stamps them
// with the wall clock and appends them to the log file. A disk that refuses costs log lines,
// counted and said in the next line that can be written; it never stops the engine.
import { workerData } from 'node:worker_threads'
import { RingConsumer, SharedRing } from '#core/shared-ring.ts'
import { LogFile, logLine } from './log-file.ts'
import { LogWord, readNotice } from './notice-layout.ts'

export interface DeskWorkerData {
  readonly ring: SharedArrayBuffer
  /** `<state_dir>/floe.log` */
  readonly logPath: string
}

/** Nobody waits for a log line, so the desk looks up less often than the journal. */
const IDLE_MS = 20
const BATCH_NOTICES_MAX = 256

class Desk {
  readonly #ring: SharedRing
  readonly #consumer: RingConsumer
  readonly #file: LogFile
  #lostCount = 0

  constructor(data: DeskWorkerData) {
    this.#ring = new SharedRing(data.ring)
    this.#consumer = new RingConsumer(this.#ring)
    this.#file = new LogFile(data.logPath)
  }

  run(): void {
    const { words } = this.#ring
    for (;;) {
      // Read before the ring: what was said before the stop is then certainly seen.
      const isStopping = Atomics.load(words, LogWord.Stop) === 1
      if (this.#writeBatch() > 0) continue
      if (isStopping) break
      Atomics.wait(words, LogWord.Sleep, 0, IDLE_MS)
    }
    Atomics.store(words, LogWord.Stopped, 1)
  }

  #writeBatch(): number {
    const wallMs = Date.now()
    let lines = ''
    let count = 0
    for (; count < BATCH_NOTICES_MAX; count++) {
      const offset = this.#consumer.next()
      if (offset < 0) break
      lines += logLine(readNotice(this.#ring, offset, this.#consumer.bodyBytes), wallMs)
    }
    this.#consumer.release()
    if (count > 0) this.#append(lines, count)
    return count
  }

  #append(lines: string, count: number): void {
    try {
      this.#file.append(this.#lossLine() + lines)
      this.#lostCount = 0
    } catch {
      this.#lostCount += count
    }
  }

  #lossLine(): string {
    if (this.#lostCount === 0) return ''
    const lost = { time: new Date(Date.now()).toISOString(), level: 'warn', code: 'log_lines_lost' }
    return `${JSON.stringify({ ...lost, text: `${this.#lostCount} notices were lost here` })}\n`
  }
}

new Desk(workerData).run()
