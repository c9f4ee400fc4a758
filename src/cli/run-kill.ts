// The kill switch's ways into a running engine that need a process: SIGUSR2, and the file KILL in
// the state directory, which is looked for a few times a second, off the engine's path. The control
// API is the third way and goes through the engine's own commands.
import type { Clock } from '#core/clock.ts'
import { errorText } from '#core/engine-error.ts'
import type { EventLoop } from '#loop/event-loop.ts'
import type { KillCause } from '#risk/kill-switch.ts'
import type { Engine } from '#engine.ts'
import { lookForKillFile, readKillFile, removeKillFile, writeKillFile } from './kill-file.ts'

const SIGNAL = 'SIGUSR2'
const LOOK_EVERY_MS = 200

interface Running {
  readonly engine: Engine
  readonly loop: EventLoop
  readonly clock: Clock
}

export class RunKill {
  readonly #stateDir: string
  readonly #say: (text: string) => void
  readonly #onSignal = (): void => {
    this.#engage({ origin: 'signal', who: '', reason: SIGNAL })
  }
  /** Of the journal, or a signal that came before there was an engine. */
  #early: KillCause | null
  #running: Running | null = null
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  /** `journalled`: as an earlier run left the switch. `say` tells the person at the terminal. */
  constructor(stateDir: string, journalled: KillCause | null, say: (text: string) => void) {
    this.#stateDir = stateDir
    this.#early = journalled
    this.#say = say
    process.on(SIGNAL, this.#onSignal)
  }

  /** The engine asks when it starts; null where nothing keeps it from trading. */
  atStart(): KillCause | null {
    return this.#early ?? readKillFile(this.#stateDir)
  }

  /** Called in a turn; what cannot be kept is said, and acts all the same. */
  changed(cause: KillCause | null): void {
    try {
      if (cause === null) removeKillFile(this.#stateDir)
      else writeKillFile(this.#stateDir, cause)
    } catch (thrown) {
      const what = cause === null ? 'cannot be removed' : 'cannot be written'
      this.#say(`alarm: the file KILL in ${this.#stateDir} ${what}: ${errorText(thrown)}`)
    }
  }

  /** From now on the file and the signal reach this engine. */
  attach(running: Running): void {
    this.#running = running
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  close(): void {
    clearInterval(this.#timer)
    process.off(SIGNAL, this.#onSignal)
    this.#running = null
  }

  #look(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    void lookForKillFile(this.#stateDir).then((cause) => {
      this.#isLooking = false
      const isEngaged = this.#running?.engine.killDesk.isEngaged === true
      // What was read may have been removed by a release meanwhile.
      const isThere = cause !== null && !isEngaged && readKillFile(this.#stateDir) !== null
      if (isThere) this.#engage(cause)
    })
  }

  #engage(cause: KillCause): void {
    if (this.#running === null) {
      this.#early ??= cause
      return
    }
    const { engine, loop, clock } = this.#running
    const nowNs = clock.nowNs()
    engine.killDesk.engage(cause, nowNs)
    loop.afterRead(nowNs)
  }
}
