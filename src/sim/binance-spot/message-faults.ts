// Lets messages through as the fault plan says: at once, late, twice, out of order, never, or not
// at all because their connection is cut; and says what a read is to lack.
//
// What the matching engine has done is never touched: an order behind a lost answer is as real as
// any other.
import { Prng } from '#core/prng.ts'
import { US_PER_MS } from '#core/units.ts'
import { FaultPlan } from '#sim/fault-plan.ts'
import type { Fault, FaultKind, FaultProfile } from '#sim/fault-plan.ts'
import type { LateQueue } from './late-queue.ts'

export interface MessageWay {
  deliver(nowUs: number): void
  /** Cuts the connection the message belongs to. */
  cut(): void
}

/** A message that lets the next one go first. */
interface HeldBack {
  readonly way: MessageWay
  readonly what: string
}

/** One that nothing overtakes goes out after this all the same. */
const HELD_BACK_US_MAX = 300 * US_PER_MS

export class MessageFaults {
  /** Kept by the front: events are told of without the time. */
  nowUs = 0
  /** Every message asked about, and every fault by `answer drop` and the like. */
  readonly counts = new Map<string, number>()
  readonly #late: LateQueue
  readonly #heldBack = new Map<FaultKind, HeldBack>()
  #plan = new FaultPlan('none', 0)

  constructor(late: LateQueue) {
    this.#late = late
  }

  setPlan(profile: FaultProfile, seed: number): void {
    this.#plan = new FaultPlan(profile, seed)
  }

  /** `what` is the name it is counted by. */
  pass(kind: FaultKind, way: MessageWay, what: string = kind): void {
    this.follow(this.decide(kind, what), way, kind, what)
  }

  decide(kind: FaultKind, what: string = kind): Fault {
    const fault = this.#plan.decide(kind, this.nowUs)
    this.count(what)
    if (fault.kind !== 'none') this.count(`${what} ${fault.kind}`)
    return fault
  }

  /** What a read suffers; the reader counts what came of it. */
  decideRead(kind: 'listing' | 'snapshot'): Fault {
    return this.#plan.decide(kind, this.nowUs)
  }

  /** Of rows that are read, those that are told. */
  partOf<Row>(rows: readonly Row[], fault: Fault): readonly Row[] {
    const isTouched = fault.kind === 'partial' || fault.kind === 'empty'
    if (!isTouched || rows.length === 0) return rows
    const prng = new Prng(fault.kind === 'partial' ? fault.seed : 0)
    const told = fault.kind === 'empty' ? [] : rows.filter(() => prng.chance(0.5))
    if (told.length === 0) this.count('listing empty')
    else if (told.length < rows.length) this.count('listing partial')
    return told
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  follow(fault: Fault, way: MessageWay, kind: FaultKind, what: string = kind): void {
    switch (fault.kind) {
      case 'delay':
        this.#late.push(this.nowUs + fault.delayUs, (laterUs) => way.deliver(laterUs))
        return
      case 'drop':
        return
      case 'disconnect':
        way.cut()
        return
      case 'reorder':
        if (!this.#heldBack.has(kind)) return this.#holdBack(kind, { way, what })
        break
      case 'duplicate':
        way.deliver(this.nowUs)
        break
      default:
        break
    }
    way.deliver(this.nowUs)
    this.#letGo(kind, this.nowUs, true)
  }

  #holdBack(kind: FaultKind, held: HeldBack): void {
    this.#heldBack.set(kind, held)
    this.#late.push(this.nowUs + HELD_BACK_US_MAX, (laterUs) => {
      if (this.#heldBack.get(kind) === held) this.#letGo(kind, laterUs, false)
    })
  }

  #letGo(kind: FaultKind, nowUs: number, isOvertaken: boolean): void {
    const held = this.#heldBack.get(kind)
    if (held === undefined) return
    this.#heldBack.delete(kind)
    if (isOvertaken) this.count(`${held.what} overtaken`)
    held.way.deliver(nowUs)
  }
}
