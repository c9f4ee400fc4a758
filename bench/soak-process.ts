// The soak's end of a side that runs in a process of its own.
import { fork, type ChildProcess } from 'node:child_process'
import type { SoakCommand, SoakNews, SoakSample, SoakSide } from './soak-messages.ts'

const START_TIMEOUT_MS = 30_000
/**
 * V8 resizes the space of new objects as it sees fit, often smaller for who leaves less behind.
 * With one size for both a scavenge stands for the same amount of garbage: 16 MB, the default most.
 */
const NEW_SPACE = ['--min-semi-space-size=16', '--max-semi-space-size=16']

export class SideProcess {
  readonly name: SoakSide
  /** Rejects when the process ends before it was asked to. */
  readonly died: Promise<never>
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #isStopping = false

  constructor(name: SoakSide) {
    this.name = name
    const script = new URL('./soak-side.ts', import.meta.url)
    const child = fork(script, [name], { stdio: 'inherit', execArgv: NEW_SPACE })
    this.#child = child
    this.#exited = new Promise((resolve) => {
      child.once('exit', resolve)
    })
    this.died = this.#exited.then((code) => {
      if (this.#isStopping) return new Promise<never>(() => {})
      throw new Error(`the side ${name} ended with ${String(code)}`)
    })
    // Whoever waits for it hears of it; nobody may.
    this.died.catch(() => {})
  }

  start(command: SoakCommand): Promise<void> {
    const isReady = new Promise<void>((resolve, reject) => {
      this.#child.once('message', () => resolve())
      setTimeout(() => reject(new Error(`${this.name} did not start`)), START_TIMEOUT_MS).unref()
    })
    this.#child.send(command)
    return Promise.race([isReady, this.died])
  }

  listen(onSample: (sample: SoakSample) => void): void {
    this.#child.on('message', (news: SoakNews) => {
      if (news.kind === 'sample') onSample(news)
    })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    if (this.#child.connected) this.#child.send({ kind: 'stop' } satisfies SoakCommand)
    await this.#exited
  }
}
