// The person at the keyboard: does the drawn deeds while the engine is up, resumes what was left
// paused, releases the kill switch, mends what stands in an error once the trouble is over, and
// after a while takes back what is not done. Commands may be lost with a dying engine, so a person
// looks and says it again.
import { parseJsonObject } from '#core/json.ts'
import { NS_PER_S, type MonoNs } from '#core/units.ts'
import type { Engine } from '#engine.ts'
import type { Task, TaskCommand } from '#task/task.ts'
import type { Deed } from './deed.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { CANCEL_AT_NS, TROUBLE_ENDS_NS, type Scenario } from './scenario.ts'
import type { VenueWorld } from './venue-world.ts'

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED', 'CANCELLING'])
/** A pause is forgotten, and remembered so long after the last deed. */
const REMEMBERS_NS = 3 * NS_PER_S
const KILL = { origin: 'cli', who: 'person', reason: 'a bad day' } as const
const MENDS_EVERY_NS = NS_PER_S

/** Where the person acts, and when: the world's time, and the engine's own. */
export interface Scene {
  readonly engine: Engine
  readonly world: VenueWorld
  readonly worldNs: MonoNs
  readonly nowNs: MonoNs
}

export class Person {
  /** Orders taken back at the venue, behind the engine's back. */
  takenBack = 0
  /** Times that the kill switch was engaged. */
  kills = 0
  /** Tasks that somebody has asked to be cancelled. */
  readonly cancelled = new Set<string>()
  readonly #deeds: readonly Deed[]
  readonly #watch: LedgerWatch
  readonly #resumeNs: number
  #done = 0
  #mendsNs: number = TROUBLE_ENDS_NS

  constructor({ deeds }: Scenario, watch: LedgerWatch) {
    this.#deeds = deeds
    this.#watch = watch
    this.#resumeNs = (deeds.at(-1)?.atNs ?? 0) + REMEMBERS_NS
  }

  /** When the next deed is due, ns of the world; Infinity when all are done. */
  get nextNs(): number {
    return this.#deeds[this.#done]?.atNs ?? Infinity
  }

  look(scene: Scene): void {
    const { engine, worldNs } = scene
    if (!engine.isOpen) return
    for (; this.nextNs <= worldNs; this.#done++) this.#do(this.#deeds[this.#done]!, scene)
    if (worldNs >= this.#resumeNs) this.#release(scene)
    for (const task of engine.tasks.tasks) {
      const command = this.#wanted(task, worldNs)
      if (command !== null) this.#say(task.id, command, '', scene)
    }
  }

  #do({ kind, task, account, argument }: Deed, scene: Scene): void {
    if (kind === 'kill') {
      this.kills++
      scene.engine.killDesk.engage(KILL, scene.nowNs)
      return
    }
    if (kind === 'cancel_by_hand' || kind === 'cancel_twice') {
      this.takenBack += scene.world.cancelByHand(account)
      if (kind === 'cancel_twice') this.#say(task, 'pause', '', scene)
      return
    }
    if (kind !== 'pause_and_cancel') return this.#say(task, kind, argument, scene)
    this.#say(task, 'pause', '', scene)
    this.#say(task, 'cancel', '', scene)
  }

  /** Refused until nothing of ours is proved to be open; who has lost patience does not ask. */
  #release({ engine, worldNs, nowNs }: Scene): void {
    if (!engine.killDesk.isEngaged) return
    engine.killDesk.release(KILL, worldNs >= CANCEL_AT_NS, nowNs)
  }

  /** A refusal is the engine's right: a pause comes too late for a task that has ended. */
  #say(task: string, command: TaskCommand, argument: string, { engine, nowNs }: Scene): void {
    const refusal = engine.tasks.command(task, command, argument, 'person', nowNs)
    if (refusal !== null) return
    if (command === 'cancel') this.cancelled.add(task)
    if (command !== 'update') return
    const total = parseJsonObject(argument, 'an update')['total_quantity']
    if (typeof total === 'string') this.#watch.raiseTotal(task, total)
  }

  #wanted(task: Task, worldNs: MonoNs): TaskCommand | null {
    const { stateName } = task
    if (ENDED.has(stateName)) return null
    if (worldNs >= CANCEL_AT_NS) return 'cancel'
    if (stateName === 'PAUSED' && worldNs >= this.#resumeNs) return 'resume'
    if (stateName !== 'ERROR' || worldNs < this.#mendsNs) return null
    this.#mendsNs = worldNs + MENDS_EVERY_NS
    return 'recover'
  }
}
