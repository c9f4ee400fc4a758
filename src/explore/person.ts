// The person at the keyboard: does the drawn deeds while the engine is up, resumes what was left
// paused, mends what stands in an error once the trouble is over, and after a while takes back what
// is not done. Commands may be lost with a dying engine, so a person looks and says it again.
import { NS_PER_S, type MonoNs } from '#core/units.ts'
import type { Engine } from '#engine.ts'
import type { Task, TaskCommand } from '#task/task.ts'
import { TASK_IDS, type Deed } from './deed.ts'
import { CANCEL_AT_NS, TROUBLE_ENDS_NS, type Scenario } from './scenario.ts'
import { BUYER, SELLER, type VenueWorld } from './venue-world.ts'

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED', 'CANCELLING'])
/** A pause is forgotten, and remembered so long after the last deed. */
const REMEMBERS_NS = 3 * NS_PER_S
const MENDS_EVERY_NS = NS_PER_S

export class Person {
  readonly #deeds: readonly Deed[]
  readonly #resumeNs: number
  #done = 0
  #mendsNs: number = TROUBLE_ENDS_NS

  constructor({ deeds }: Scenario) {
    this.#deeds = deeds
    this.#resumeNs = (deeds.at(-1)?.atNs ?? 0) + REMEMBERS_NS
  }

  /** When the next deed is due, ns; Infinity when all are done. */
  get nextNs(): number {
    return this.#deeds[this.#done]?.atNs ?? Infinity
  }

  look(engine: Engine, world: VenueWorld, nowNs: MonoNs): void {
    if (!engine.isOpen) return
    for (; this.nextNs <= nowNs; this.#done++) {
      this.#do(this.#deeds[this.#done]!, engine, world, nowNs)
    }
    for (const task of engine.tasks.tasks) {
      const command = this.#wanted(task, nowNs)
      if (command !== null) engine.tasks.command(task.id, command, '', 'person', nowNs)
    }
  }

  /** A refusal is the engine's right: a pause comes too late for a task that has ended. */
  #do({ kind, task, argument }: Deed, engine: Engine, world: VenueWorld, nowNs: MonoNs): void {
    if (kind !== 'cancel_by_hand') {
      engine.tasks.command(task, kind, argument, 'person', nowNs)
      return
    }
    world.cancelByHand(task === TASK_IDS[0] ? SELLER : BUYER)
  }

  #wanted(task: Task, nowNs: MonoNs): TaskCommand | null {
    const { stateName } = task
    if (ENDED.has(stateName)) return null
    if (nowNs >= CANCEL_AT_NS) return 'cancel'
    if (stateName === 'PAUSED' && nowNs >= this.#resumeNs) return 'resume'
    if (stateName !== 'ERROR' || nowNs < this.#mendsNs) return null
    this.#mendsNs = nowNs + MENDS_EVERY_NS
    return 'recover'
  }
}
