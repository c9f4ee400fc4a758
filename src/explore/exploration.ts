// Runs one seed: the production engine and adapter against the embedded venue, in virtual time,
// through faults, disconnects and deaths, until everything rests; then holds the engine's word
// against the venue's ledger. Same seed, same bytes: the hash covers every byte of every link and
// journal, and everything the venue remembered.
import { createHash } from 'node:crypto'
import { averageText, type D } from '#core/decimal.ts'
import { errorText } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Prng } from '#core/prng.ts'
import { monoNs, type MonoNs } from '#core/units.ts'
import { ModelledDisk } from '#journal/modelled-disk.ts'
import type { TaskReport } from '#task/task.ts'
import { EngineLife, INSTANCE, watchedTasks } from './engine-life.ts'
import { IncidentCalendar } from './incident.ts'
import { LedgerWatch } from './ledger-watch.ts'
import { Person } from './person.ts'
import { drawScenario, REST_BY_NS, TROUBLE_ENDS_NS } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { VenueWorld } from './venue-world.ts'

export interface Exploration {
  readonly seed: number
  /** '' when every invariant held. */
  readonly broken: string
  readonly hash: string
  readonly deaths: number
  /** By kind, those that happened before everything was at rest. */
  readonly incidents: ReadonlyMap<string, number>
  /** Messages at the venue by kind, and what the fault plan made of some: `answer drop`. */
  readonly messages: ReadonlyMap<string, number>
  readonly venueLines: number
  readonly virtualMs: number
  /** Notices by code: reconnects, gaps, adoptions, late fills … */
  readonly notices: ReadonlyMap<string, number>
}

const STEPS_AT_ONCE_MAX = 10_000
const ENDS: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED'])

export function explore(seed: number): Exploration {
  return new SeedRun(drawScenario(seed)).run()
}

class SeedRun {
  readonly #scenario: Scenario
  readonly #watch: LedgerWatch
  readonly #world: VenueWorld
  readonly #disk = new ModelledDisk()
  readonly #prng: Prng
  readonly #notices = new Map<string, number>()
  #life: EngineLife | null = null
  #deaths = 0
  readonly #incidents = new Map<string, number>()
  readonly #calendar: IncidentCalendar
  #wakeNs = 0
  #isCalm = false
  #lastNs: MonoNs = monoNs(0)
  #stepsAtOnce = 0
  readonly #person: Person

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#watch = new LedgerWatch(INSTANCE, watchedTasks(scenario))
    this.#world = new VenueWorld(scenario, this.#watch)
    this.#prng = new Prng(scenario.seed ^ 0x5eed)
    this.#person = new Person(scenario)
    this.#calendar = new IncidentCalendar(scenario.incidents, (kind, isOn) => {
      if (isOn) add(this.#incidents, kind)
      this.#world.incident(kind, isOn)
    })
  }

  run(): Exploration {
    let broken = ''
    try {
      broken = this.#live()
    } catch (thrown) {
      broken = `threw: ${errorText(thrown)}`
    }
    return {
      seed: this.#scenario.seed,
      broken,
      hash: this.#hash(),
      deaths: this.#deaths,
      incidents: this.#incidents,
      messages: this.#world.front.messageCounts,
      venueLines: this.#watch.lineCount,
      virtualMs: Math.round(this.#world.clock.nowNs() / 1e6),
      notices: this.#notices,
    }
  }

  #live(): string {
    let nowNs: MonoNs = this.#world.clock.nowNs()
    while (nowNs < REST_BY_NS) {
      nowNs = this.#world.step(this.#nextNs())
      if (this.#standsStill(nowNs)) return `time stands still: ${this.#describe(nowNs)}`
      this.#trouble(nowNs)
      if (this.#watch.broken !== '') return this.#watch.broken
      const life = this.#living(nowNs)
      if (life === null) continue
      life.advance(nowNs)
      if (!life.beats()) {
        this.#bury(life, nowNs)
        continue
      }
      if (life.engine.failure !== null) return `failed: ${life.engine.failure.message}`
      this.#person.look(life.engine, this.#world, nowNs)
      if (this.#isAtRest(life)) return this.#judge(life, nowNs)
    }
    return `not at rest after ${REST_BY_NS / 1e9} s: ${this.#describe(nowNs)}`
  }

  /** An engine that always has work left would never let time pass. */
  #standsStill(nowNs: MonoNs): boolean {
    this.#stepsAtOnce = nowNs === this.#lastNs ? this.#stepsAtOnce + 1 : 0
    this.#lastNs = nowNs
    return this.#stepsAtOnce > STEPS_AT_ONCE_MAX
  }

  /** When something outside the venue's own timers is due. */
  #nextNs(): MonoNs {
    const lifeNs = this.#life === null ? this.#wakeNs : this.#life.nextDeadlineNs()
    const nowNs = this.#world.clock.nowNs()
    return monoNs(
      Math.max(nowNs, Math.min(lifeNs, this.#calendar.nextNs, this.#personNs(), REST_BY_NS)),
    )
  }

  #personNs(): number {
    return this.#life?.engine.isOpen === true ? this.#person.nextNs : Infinity
  }

  #trouble(nowNs: MonoNs): void {
    this.#calendar.advance(nowNs)
    if (this.#isCalm || nowNs < TROUBLE_ENDS_NS) return
    this.#isCalm = true
    this.#world.faults('none', 0)
  }

  #living(nowNs: MonoNs): EngineLife | null {
    if (this.#life !== null || nowNs < this.#wakeNs) return this.#life
    const notices: NoticeSink = {
      notice: (_level, code) => add(this.#notices, code),
    }
    this.#life = new EngineLife({
      world: this.#world,
      disk: this.#disk,
      scenario: this.#scenario,
      notices,
      recordsMax: this.#scenario.deaths[this.#deaths] ?? Infinity,
    })
    return this.#life
  }

  #bury(life: EngineLife, nowNs: MonoNs): void {
    life.bury(this.#disk, this.#prng)
    this.#life = null
    this.#wakeNs = nowNs + (this.#scenario.downNs[this.#deaths] ?? 0)
    this.#deaths++
  }

  #isAtRest(life: EngineLife): boolean {
    const { engine } = life
    const isQuiet = engine.isOpen && engine.isQuiet && !engine.hasWork
    return isQuiet && engine.tasks.tasks.every(({ stateName }) => ENDS.has(stateName))
  }

  /** At rest: the engine's word must be the venue's, to the unit. */
  #judge(life: EngineLife, nowNs: MonoNs): string {
    const ledger = this.#world.ledger()
    const open = ledger.orders.find(
      ({ status }) => status === 'new' || status === 'partially_filled',
    )
    if (open !== undefined) return `order ${open.clientOrderId} is left open at the venue`
    for (const report of life.engine.tasks.reports(nowNs)) {
      const complaint = complaintOf(report, this.#watch.traded(report.id))
      if (complaint !== '') return `${report.id}: ${complaint}`
    }
    return ''
  }

  #describe(nowNs: MonoNs): string {
    if (this.#life === null) return 'the engine is down'
    const { tasks, live, settlement } = this.#life.engine
    const states = tasks
      .reports(nowNs)
      .map(({ id, state, filled, total, reason }) => `${id} ${state} ${filled}/${total} ${reason}`)
    return `${states.join(', ')}; ${live.count} live, ${settlement.openCount} being asked for`
  }

  #hash(): string {
    const hash = createHash('sha256')
    hash.update(this.#watch.digest()).update(this.#world.bytesDigest())
    for (const { name, bytes } of this.#disk.files()) hash.update(name).update(bytes)
    return hash.digest('hex').slice(0, 16)
  }
}

const add = (counts: Map<string, number>, name: string): unknown =>
  counts.set(name, (counts.get(name) ?? 0) + 1)

function complaintOf(report: TaskReport, venue: { readonly qty: D; readonly quote: D }): string {
  const { qty: filled, quote } = venue
  if (!ENDS.has(report.state)) return `ended ${report.state} (${report.reason})`
  if (!filled.eq(report.filled))
    return `says ${report.filled} filled, the venue ${filled.toFixed()}`
  const parts = filled.add(report.residual).add(report.cancelled)
  if (!parts.eq(report.total)) return `filled + residual + cancelled is ${parts.toFixed()}`
  if (filled.isZero()) return ''
  const average = averageText(quote.div(filled))
  if (average !== report.average_price) return `average ${report.average_price}, venue ${average}`
  return ''
}
