// The person at the keyboard: pauses a task and resumes it, mends what stands in an error once the
// trouble is over, and after a while takes back what is not done. Commands may be lost with a dying
// engine, so a person looks and says it again.
import type { MonoNs } from '#core/units.ts'
import type { Engine } from '#engine.ts'
import type { TaskCommand } from '#task/task.ts'
import { CANCEL_AT_NS, PAUSE_LASTS_NS, TROUBLE_ENDS_NS, type Scenario } from './scenario.ts'

const PAUSED_TASK = 'sell-1'
const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED', 'CANCELLING'])

export class Person {
  readonly #pauseNs: number
  readonly #resumeNs: number
  #hasPaused = false

  constructor(scenario: Scenario) {
    this.#pauseNs = scenario.pauseNs
    this.#resumeNs = scenario.pauseNs + PAUSE_LASTS_NS
    this.#hasPaused = scenario.pauseNs < 0
  }

  look(engine: Engine, nowNs: MonoNs): void {
    if (!engine.isOpen) return
    if (!this.#hasPaused && nowNs >= this.#pauseNs) {
      this.#hasPaused = this.#say(engine, PAUSED_TASK, 'pause', nowNs)
    }
    for (const task of engine.tasks.tasks) {
      const isForgotten = task.stateName === 'PAUSED' && nowNs >= this.#resumeNs
      if (isForgotten) this.#say(engine, task.id, 'resume', nowNs)
      const isMended = nowNs >= TROUBLE_ENDS_NS && nowNs < CANCEL_AT_NS
      if (task.stateName === 'ERROR' && isMended) this.#say(engine, task.id, 'recover', nowNs)
      const isTooLong = nowNs >= CANCEL_AT_NS && !ENDED.has(task.stateName)
      if (isTooLong) this.#say(engine, task.id, 'cancel', nowNs)
    }
  }

  #say(engine: Engine, task: string, command: TaskCommand, nowNs: MonoNs): boolean {
    return engine.tasks.command(task, command, '', 'person', nowNs) === null
  }
}
