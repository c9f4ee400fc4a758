// Runs one seed: the production engine and adapter against the embedded venue, in virtual time,
// through faults, disconnects and deaths, until everything rests; then holds the engine's word
// against the venue's ledger. Same seed, same bytes: the hash covers every byte of every link and
// journal, and everything the venue remembered.
import { createHash } from 'node:crypto'
import { EngineError, errorText } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Prng } from '#core/prng.ts'
import { monoNs, NS_PER_MS, type MonoNs } from '#core/units.ts'
import { PowerCut } from '#journal/modelled-disk.ts'
import { BookWatch } from './book-watch.ts'
import { takeCells } from './coverage.ts'
import { EngineLife, INSTANCE, watchedTasks, type TurnWatch } from './engine-life.ts'
import { EngineWatch } from './engine-watch.ts'
import type { Counts } from './fault-kinds.ts'
import { IncidentCalendar, type Incident } from './incident.ts'
import { LedgerWatch } from './ledger-watch.ts'
import { Person } from './person.ts'
import { RequestWatch } from './request-watch.ts'
import { balanceComplaint, ENDS, judgeRest } from './rest-judge.ts'
import { drawScenario, REST_BY_NS, TROUBLE_ENDS_NS } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { Strangers } from './stranger.ts'
import { TroubledDisk } from './troubled-disk.ts'
import { VenueWorld } from './venue-world.ts'

export interface Exploration {
  readonly seed: number
  /** '' when every invariant held. */
  readonly broken: string
  /** 16 hexadecimal digits. */
  readonly hash: string
  readonly deaths: number
  /** Messages at the venue, both ways. */
  readonly messages: number
  /** Lines of the venue's ledger. */
  readonly venueLines: number
  /** Records of the engine's journal, over all lives. */
  readonly records: number
  readonly virtualMs: number
  /** Messages by kind, what became of them, incidents and whatever else went wrong. */
  readonly counts: Counts
  /** Notices by code: reconnects, gaps, adoptions, late fills … */
  readonly notices: Counts
  /** Cells of transition tables that were taken, with how often. */
  readonly cells: Counts
}

/** A seed is small: what runs beyond this has lost its way. */
export const MESSAGES_MAX = 20_000
const STEPS_AT_ONCE_MAX = 10_000
/** Everything still under way has arrived so long after the last trouble. */
const REST_NS = 1_500 * NS_PER_MS
/** Balances of one millisecond cannot be put in order: what came wrong is listed anew by then. */
const BALANCES_NS_MAX = 130_000 * NS_PER_MS
/** An orderly stop that is not through by then ends all the same. */
const STOP_NS_MAX = 10_000 * NS_PER_MS
/** How soon to try again to start where the disk has no room. */
const NO_ROOM_NS = 500 * NS_PER_MS
/** What counts as a message of the venue; the other counts say what became of some. */
const MESSAGE_KINDS = ['request', 'ack', 'answer', 'private_event', 'fill', 'public_event', 'depth']

export const explore = (seed: number): Exploration => exploreScenario(drawScenario(seed))

export const exploreScenario = (scenario: Scenario): Exploration => new SeedRun(scenario).run()

class SeedRun {
  readonly #scenario: Scenario
  readonly #watch: LedgerWatch
  readonly #world: VenueWorld
  readonly #disk: TroubledDisk
  readonly #prng: Prng
  readonly #person: Person
  readonly #strangers: Strangers
  readonly #calendar: IncidentCalendar
  readonly #requestWatch = new RequestWatch()
  readonly #turnWatches: readonly TurnWatch[]
  readonly #notices: Counts = {}
  readonly #counts: Counts = {}
  #life: EngineLife | null = null
  #deaths = 0
  #wasCut = false
  #snapshotEvery: number
  #records = 0
  #wakeNs = 0
  #stopNs: number
  #stopDeadlineNs = Infinity
  #isCalm = false
  /** When everything came to rest, −1 while something moves. */
  #restSinceNs = -1
  #judgeAtNs = Infinity
  #lastNs: MonoNs = monoNs(0)
  #stepsAtOnce = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#watch = new LedgerWatch(INSTANCE, watchedTasks(scenario))
    this.#world = new VenueWorld(scenario, this.#watch)
    this.#world.onRequest = (method, { params, nowUs }) =>
      this.#requestWatch.look(method, params.optional('origClientOrderId') ?? '', nowUs)
    const bookWatch = new BookWatch(() => this.#world.exchange)
    // Whom the venue has lied to cannot know what is true before it asks.
    const isLiedTo = scenario.faults === 'lying'
    this.#turnWatches = isLiedTo ? [bookWatch] : [bookWatch, new EngineWatch(this.#watch)]
    if (isLiedTo) this.#watch.forgiveExcess()
    this.#disk = new TroubledDisk(scenario.tail)
    this.#prng = new Prng(scenario.seed ^ 0x5eed)
    this.#person = new Person(scenario, this.#watch)
    this.#strangers = new Strangers(scenario.visits)
    this.#stopNs = scenario.stopNs
    this.#snapshotEvery = scenario.snapshotEvery
    this.#calendar = new IncidentCalendar(scenario.incidents, (incident, isOn) =>
      this.#happen(incident, isOn),
    )
  }

  run(): Exploration {
    takeCells()
    let broken = ''
    try {
      broken = this.#live()
    } catch (thrown) {
      broken = `threw: ${errorText(thrown)}`
    }
    const counts = this.#allCounts()
    const messages = messagesIn(counts)
    if (broken === '' && messages > MESSAGES_MAX) broken = `${messages} venue messages`
    return {
      seed: this.#scenario.seed,
      broken,
      hash: this.#hash(),
      deaths: this.#deaths,
      messages,
      venueLines: this.#watch.lines.length,
      records: this.#records + (this.#life?.recordCount ?? 0),
      virtualMs: Math.round(this.#world.clock.nowNs() / NS_PER_MS),
      counts,
      notices: this.#notices,
      cells: takeCells(),
    }
  }

  #live(): string {
    let nowNs: MonoNs = this.#world.clock.nowNs()
    while (nowNs < REST_BY_NS) {
      nowNs = this.#world.step(this.#nextNs())
      if (this.#standsStill(nowNs)) return `time stands still: ${this.#describe()}`
      this.#trouble(nowNs)
      const life = this.#living(nowNs)
      if (life !== null) this.#advance(life, nowNs)
      const broken = this.#broken()
      if (broken !== '') return broken
      if (this.#life?.engine.failure) return `failed: ${this.#life.engine.failure.message}`
      const verdict = this.#isRestOver(nowNs) ? this.#judge(nowNs) : null
      if (verdict !== null) return verdict
    }
    return `not at rest after ${REST_BY_NS / 1e9} s: ${this.#describe()}`
  }

  #broken(): string {
    const watches = [this.#watch, this.#requestWatch, ...this.#turnWatches]
    return watches.find(({ broken }) => broken !== '')?.broken ?? ''
  }

  /** An engine that always has work left would never let time pass. */
  #standsStill(nowNs: MonoNs): boolean {
    this.#stepsAtOnce = nowNs === this.#lastNs ? this.#stepsAtOnce + 1 : 0
    this.#lastNs = nowNs
    return this.#stepsAtOnce > STEPS_AT_ONCE_MAX
  }

  /** When something outside the venue's own timers is due. */
  #nextNs(): MonoNs {
    const nowNs = this.#world.clock.nowNs()
    const nextNs = Math.min(
      this.#life === null ? this.#wakeNs : this.#life.nextDeadlineNs(),
      this.#life?.engine.isOpen === true ? this.#personNs : Infinity,
      this.#calendar.nextNs,
      this.#strangers.nextNs,
      this.#stopDeadlineNs,
      this.#judgeAtNs,
      REST_BY_NS,
    )
    return monoNs(Math.max(nowNs, nextNs))
  }

  /** When somebody next does something to a running engine. */
  get #personNs(): number {
    const isStopping = this.#stopDeadlineNs !== Infinity
    return Math.min(this.#person.nextNs, isStopping ? Infinity : this.#stopNs)
  }

  #trouble(nowNs: MonoNs): void {
    this.#calendar.advance(nowNs)
    this.#strangers.act(this.#world, nowNs)
    if (nowNs >= TROUBLE_ENDS_NS) this.#calmDown(nowNs)
  }

  /** From now on nothing goes wrong any more; what went wrong is over. */
  #calmDown(nowNs: MonoNs): void {
    if (this.#isCalm) return
    this.#isCalm = true
    this.#world.faults('none', 0)
    this.#calendar.endAll(nowNs)
    this.#strangers.leave(this.#world)
    this.#world.cutFrozen()
  }

  #happen(incident: Incident, isOn: boolean): void {
    const { kind } = incident
    if (isOn) this.#count(`incident ${kind}`)
    if (kind === 'disk_full') this.#disk.isFull = isOn
    else if (kind === 'disk_stuck') this.#disk.isStuck = isOn
    else this.#world.incident(incident, isOn)
  }

  #living(nowNs: MonoNs): EngineLife | null {
    if (this.#life !== null || nowNs < this.#wakeNs) return this.#life
    // No segment can be begun: whoever starts the engine is told so, and tries again.
    if (this.#disk.isFull || this.#disk.isStuck) {
      this.#wakeNs = nowNs + NO_ROOM_NS
      return null
    }
    this.#disk.cutPowerIn(this.#cutInSnapshot())
    try {
      this.#life = this.#born()
    } catch (thrown) {
      this.#stillborn(thrown, nowNs)
      return null
    }
    this.#disk.cutPowerIn(Infinity)
    if (this.#life.foundTorn) this.#count('tail torn')
    return this.#life
  }

  /** Once a seed the power goes while a start compacts the journal. */
  #cutInSnapshot(): number {
    return this.#deaths > 0 && !this.#wasCut ? this.#scenario.cutInSnapshot : Infinity
  }

  /** The power went, or a snapshot proved wrong and the next start goes on without one. */
  #stillborn(thrown: unknown, nowNs: MonoNs): void {
    if (thrown instanceof PowerCut) {
      this.#wasCut = true
      this.#disk.crash(this.#prng)
      this.#count('start cut')
    } else if (thrown instanceof EngineError && thrown.code === 'snapshot_unfaithful') {
      this.#snapshotEvery = Infinity
      add(this.#notices, 'journal_not_compacted')
    } else throw thrown
    this.#wakeNs = nowNs + NO_ROOM_NS
  }

  #born(): EngineLife {
    const notices: NoticeSink = {
      notice: (_level, code) => add(this.#notices, code),
    }
    return new EngineLife({
      world: this.#world,
      disk: this.#disk,
      scenario: this.#scenario,
      snapshotEvery: this.#snapshotEvery,
      notices,
      watches: this.#turnWatches,
      recordsMax: this.#scenario.deaths[this.#deaths] ?? Infinity,
    })
  }

  #advance(life: EngineLife, worldNs: MonoNs): void {
    life.advance()
    if (!life.beats()) return this.#bury(life, worldNs)
    const { engine, nowNs } = life
    this.#person.look({ engine, world: this.#world, worldNs, nowNs })
    if (!engine.isOpen || worldNs < this.#stopNs) return
    if (this.#stopDeadlineNs === Infinity) {
      this.#stopDeadlineNs = worldNs + STOP_NS_MAX
      life.stop()
    } else if (engine.isQuiet || worldNs >= this.#stopDeadlineNs) this.#end(life, worldNs)
  }

  #bury(life: EngineLife, nowNs: MonoNs): void {
    life.bury(this.#prng)
    const down = this.#scenario.downs[this.#deaths]
    this.#deaths++
    this.#count('death')
    const stepUs = down?.wallStepUs ?? 0
    this.#world.clock.stepWall(stepUs)
    if (stepUs !== 0) this.#count(stepUs > 0 ? 'set ahead while down' : 'set behind while down')
    this.#over(life, nowNs + (down?.lastsNs ?? 0))
  }

  /** The engine was stopped in order; somebody starts it again. */
  #end(life: EngineLife, nowNs: MonoNs): void {
    life.end(life.engine.isQuiet)
    this.#count('orderly stop')
    this.#over(life, nowNs + NO_ROOM_NS)
    this.#stopNs = Infinity
  }

  #over(life: EngineLife, wakeNs: number): void {
    this.#records += life.recordCount
    this.#life = null
    this.#wakeNs = wakeNs
    this.#stopDeadlineNs = Infinity
    this.#restSinceNs = -1
    this.#judgeAtNs = Infinity
  }

  /** Every task has ended and nothing is open, for long enough that nothing is under way. */
  #isRestOver(nowNs: MonoNs): boolean {
    if (!this.#isAtRest()) {
      this.#restSinceNs = -1
      this.#judgeAtNs = Infinity
    } else if (this.#restSinceNs < 0) {
      this.#restSinceNs = nowNs
      this.#judgeAtNs = nowNs + REST_NS
      this.#calmDown(nowNs)
    }
    return nowNs >= this.#judgeAtNs
  }

  #isAtRest(): boolean {
    const engine = this.#life?.engine
    if (engine === undefined || !engine.isOpen || !engine.isQuiet || engine.hasWork) return false
    if (!engine.accountDesk.areAllReady) return false
    return engine.tasks.tasks.every(({ stateName }) => ENDS.has(stateName))
  }

  /** Null while a difference may still be mended by itself. */
  #judge(worldNs: MonoNs): string | null {
    const life = this.#life
    if (life === null) return 'the engine is down'
    const { engine, nowNs } = life
    const at = {
      engine,
      ledger: this.#world.ledger(),
      watch: this.#watch,
      reports: engine.tasks.reports(nowNs),
      cancelled: this.#person.cancelled,
    }
    const complaint = judgeRest(at)
    if (complaint !== '') return complaint
    const difference = balanceComplaint(at)
    if (difference === '' || worldNs >= this.#restSinceNs + BALANCES_NS_MAX) return difference
    this.#judgeAtNs = worldNs + REST_NS
    return null
  }

  #describe(): string {
    if (this.#life === null) return 'the engine is down'
    const { tasks, live, settlement } = this.#life.engine
    const states = tasks
      .reports(this.#life.nowNs)
      .map(({ id, state, filled, total, reason }) => `${id} ${state} ${filled}/${total} ${reason}`)
    return `${states.join(', ')}; ${live.count} live, ${settlement.openCount} being asked for`
  }

  #count(name: string): void {
    add(this.#counts, name)
  }

  #allCounts(): Counts {
    return {
      ...this.#world.messageCounts(),
      ...this.#counts,
      'disk refusal': this.#disk.refusals,
      'tail lost': this.#disk.tailsLost,
      'journal snapshot': this.#disk.snapshots,
      'cancelled by hand': this.#person.takenBack,
      'kill switch': this.#person.kills,
      stranger: this.#watch.strangerCount,
    }
  }

  #hash(): string {
    const hash = createHash('sha256')
    hash.update(this.#watch.digest()).update(this.#world.bytesDigest())
    for (const { name, bytes } of this.#disk.files()) hash.update(name).update(bytes)
    return hash.digest('hex').slice(0, 16)
  }
}

function add(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

const messagesIn = (counts: Readonly<Counts>): number =>
  MESSAGE_KINDS.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
