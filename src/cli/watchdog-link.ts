// The engine's end of its watchdog: starts the process, tells it what to watch, gives the beats,
// and starts another when it is gone or does not listen any more.
//
// The process is detached and has connections of its own. What it is told is on a pipe: keys are in
// no argument list and no file. The pipe's end without a goodbye is the engine's death.
import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { NoticeSink } from '#core/notice.ts'
import { NS_PER_MS, NS_PER_S, monoNs, type MonoNs } from '#core/units.ts'
import type { PulseListener } from '#loop/pulse.ts'
import { BEAT, GOODBYE, type WatchdogSpec } from '#watchdog/watchdog-spec.ts'

/** It answers every beat: one that says nothing for so long does not listen. */
const DEAF_NS = 10 * NS_PER_S
const AGAIN_FIRST_NS = NS_PER_S
const AGAIN_MAX_NS = 30 * NS_PER_S
/** Venues that can are told to cancel after three times the silence, and at least after this. */
const DEAD_MAN_MIN_NS = 10 * NS_PER_S

export interface WatchdogLinkParts {
  readonly stateDir: string
  readonly spec: WatchdogSpec
  readonly notices: NoticeSink
}

export class WatchdogLink implements PulseListener {
  readonly deadManNs: number
  readonly #parts: WatchdogLinkParts
  #child: ChildProcess | null = null
  #heardNs = 0
  #againNs = 0
  #waitNs = AGAIN_FIRST_NS
  #isOver = false
  #nowNs: MonoNs = monoNs(0)

  constructor(parts: WatchdogLinkParts) {
    this.#parts = parts
    this.deadManNs = Math.max(DEAD_MAN_MIN_NS, 3 * parts.spec.silenceNs)
  }

  /** At the end of a turn. The first one starts the process. */
  beat(nowNs: MonoNs): void {
    if (this.#isOver) return
    this.#nowNs = nowNs
    if (this.#child === null) return this.#startAgain(nowNs)
    this.#child.stdin?.write(BEAT)
    if (nowNs - this.#heardNs > DEAF_NS) this.#giveUp(this.#child)
  }

  /** The engine ends with nothing open: the watchdog ends too. */
  goodbye(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#child?.stdin?.end(GOODBYE)
  }

  #startAgain(nowNs: MonoNs): void {
    if (nowNs < this.#againNs) return
    const child = spawn(process.execPath, [mainPath(), 'watchdog'], {
      cwd: this.#parts.stateDir,
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    this.#child = child
    this.#heardNs = nowNs
    child.once('error', (error) => this.#lost(child, error.message))
    child.once('exit', (code, signal) => this.#lost(child, `exit ${signal ?? code}`))
    child.stdin?.on('error', () => undefined)
    child.stdout?.on('data', () => {
      this.#heardNs = this.#nowNs
      this.#waitNs = AGAIN_FIRST_NS
    })
    letGo(child)
    child.stdin?.write(`${JSON.stringify(this.#parts.spec)}\n`)
  }

  #lost(child: ChildProcess, why: string): void {
    if (this.#child !== child || this.#isOver) return
    this.#child = null
    this.#againNs = this.#nowNs + this.#waitNs
    this.#waitNs = Math.min(2 * this.#waitNs, AGAIN_MAX_NS)
    const text = `the watchdog is gone (${why}; see watchdog.log): starting another`
    this.#parts.notices.notice('warn', 'watchdog_lost', text, this.#nowNs)
  }

  #giveUp(child: ChildProcess): void {
    const silentMs = Math.round((this.#nowNs - this.#heardNs) / NS_PER_MS)
    child.kill('SIGKILL')
    this.#lost(child, `no sign of it for ${silentMs} ms`)
  }
}

/** The engine may end while its watchdog lives: that is what it is for. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref()
}

/** In the sources above this folder, in a bundle beside the bundle. */
function mainPath(): string {
  const isSource = import.meta.url.endsWith('.ts')
  return fileURLToPath(new URL(isSource ? '../main.ts' : './main.js', import.meta.url))
}
