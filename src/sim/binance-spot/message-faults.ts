// Lets messages through as the fault plan says: at once, late, twice, never, or not at all because
// their connection is cut.
//
// Four kinds of message pass here: requests that arrive, answers, private events, public events.
// What the matching engine has done is never touched: an order behind a lost answer is as real as
// any other.
import { FaultPlan } from '#sim/fault-plan.ts'
import type { Fault, FaultKind, FaultProfile } from '#sim/fault-plan.ts'
import type { LateQueue } from './late-queue.ts'

export interface MessageWay {
  deliver(nowUs: number): void
  /** Cuts the connection the message belongs to. */
  cut(): void
}

export class MessageFaults {
  /** Kept by the front: events are told of without the time. */
  nowUs = 0
  /** Every message asked about, and every fault by `answer drop` and the like. */
  readonly counts = new Map<string, number>()
  readonly #late: LateQueue
  #plan = new FaultPlan('none', 0)

  constructor(late: LateQueue) {
    this.#late = late
  }

  setPlan(profile: FaultProfile, seed: number): void {
    this.#plan = new FaultPlan(profile, seed)
  }

  pass(kind: FaultKind, way: MessageWay): void {
    this.follow(this.decide(kind), way)
  }

  decide(kind: FaultKind): Fault {
    const fault = this.#plan.decide(kind, this.nowUs)
    const name = fault.kind === 'none' ? kind : `${kind} ${fault.kind}`
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    return fault
  }

  follow(fault: Fault, way: MessageWay): void {
    switch (fault.kind) {
      case 'delay':
        this.#late.push(this.nowUs + fault.delayUs, (laterUs) => way.deliver(laterUs))
        return
      case 'drop':
        return
      case 'disconnect':
        way.cut()
        return
      case 'duplicate':
        way.deliver(this.nowUs)
        break
      case 'none':
      case 'error_5xx_but_accepted':
        break
    }
    way.deliver(this.nowUs)
  }
}
