// Hot path.
// What stands between a task and its next order: refusals in a row, a suspension that passes by
// itself (market closed, no funds), a fault and the attempts to recover from it (H15, H23, H29).
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import { RetryPace } from './retry-pace.ts'

const RECOVER_ATTEMPTS_MAX = 5
const RECOVER_FIRST_NS = NS_PER_S
const RECOVER_MAX_NS = 60 * NS_PER_S
const SUSPENDED_RETRY_NS = NS_PER_S

export class Trouble {
  readonly pace: RetryPace
  /** '' or why nothing is sent for the time being. */
  suspended = ''
  #suspendedNs = 0
  #canHeal = true
  #attempts = 0
  #recoverAtNs = 0

  constructor(consecutiveRejectsMax: number) {
    this.pace = new RetryPace(consecutiveRejectsMax)
  }

  get attempts(): number {
    return this.#attempts
  }

  get canRecover(): boolean {
    return this.#canHeal && this.#attempts < RECOVER_ATTEMPTS_MAX
  }

  /** Returns true when the suspension began just now; it probes once a second. */
  suspend(why: string, nowNs: MonoNs): boolean {
    const isNew = this.suspended === ''
    if (isNew) this.#suspendedNs = nowNs
    this.suspended = why
    this.pace.later(nowNs, SUSPENDED_RETRY_NS)
    return isNew
  }

  suspendedForNs(nowNs: MonoNs): number {
    return this.suspended === '' ? 0 : nowNs - this.#suspendedNs
  }

  fault(canHeal: boolean): void {
    this.#canHeal = canHeal
    this.suspended = ''
    this.#recoverAtNs = 0
  }

  /** The deadline of the next attempt: 1 s, doubling to 60 s. */
  recoverAtNs(nowNs: MonoNs): MonoNs {
    if (this.#recoverAtNs === 0) {
      const waitNs = Math.min(RECOVER_FIRST_NS * 2 ** this.#attempts, RECOVER_MAX_NS)
      this.#recoverAtNs = nowNs + waitNs
    }
    return monoNs(this.#recoverAtNs)
  }

  recovering(): void {
    this.#recoverAtNs = 0
    this.#attempts++
    this.pace.succeeded()
  }

  /** A fill, or a person who says it is over: the count of attempts begins anew. */
  forget(): void {
    this.#canHeal = true
    this.#attempts = 0
    this.#recoverAtNs = 0
    this.pace.succeeded()
  }
}
