// Runs one authenticated request: weight, parameters, the method itself, and what a fault makes of
// the answer. REST and the WS API differ only in how they write the outcome.
//
// A fault never changes what the matching engine did: an order behind a lost answer, or behind a
// 5xx, is as real as any other.
import { EngineError } from '#core/engine-error.ts'
import { US_PER_MS } from '#core/units.ts'
import type { LateQueue } from './late-queue.ts'
import type { Call, Method, MethodKind, VenueState } from './method.ts'
import { VenueError } from './venue-error.ts'

export type RequestOutcome =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: VenueError }
  /** No answer at all; the request may have been carried out. */
  | { readonly kind: 'lost' }

/** What goes wrong with one request. */
export interface RequestFault {
  /** The answer is held back this long, µs. */
  readonly lateUs: number
  readonly isLost: boolean
  /** Carried out, answered with a 5xx. */
  readonly isServerError: boolean
  /** The private stream speaks before the answer. */
  readonly isStreamFirst: boolean
}

/** Draws the fault of the next request; undefined when it goes well. */
export type FaultDraw = (kind: MethodKind) => RequestFault | undefined

export class RequestRunner {
  latencyUs = 0
  drawFault: FaultDraw = () => undefined
  readonly #state: VenueState
  readonly #late: LateQueue
  readonly #flushStreams: () => void

  constructor(state: VenueState, late: LateQueue, flushStreams: () => void) {
    this.#state = state
    this.#late = late
    this.#flushStreams = flushStreams
  }

  setLatencyMs(ms: number): void {
    this.latencyUs = ms * US_PER_MS
  }

  /** Calls `work` when the request has travelled: at once without latency. */
  whenArrived(nowUs: number, work: (arrivedUs: number) => void): void {
    if (this.latencyUs === 0) work(nowUs)
    else this.#late.push(nowUs + this.latencyUs, work)
  }

  /** Runs and answers, now or late. `authenticate` gives the call or throws a VenueError. */
  run(
    method: Method,
    authenticate: () => Call,
    answer: (outcome: RequestOutcome, answeredUs: number) => void,
    nowUs: number,
  ): void {
    const fault = method.kind === 'query' ? undefined : this.drawFault(method.kind)
    const outcome = this.#execute(method, authenticate, nowUs)
    if (fault === undefined) {
      answer(outcome, nowUs)
      return
    }
    if (fault.isStreamFirst) this.#flushStreams()
    const bent = bend(outcome, fault)
    if (fault.lateUs === 0) answer(bent, nowUs)
    else this.#late.push(nowUs + fault.lateUs, (laterUs) => answer(bent, laterUs))
  }

  #execute(method: Method, authenticate: () => Call, nowUs: number): RequestOutcome {
    try {
      const call = authenticate()
      call.params.requireOnly(method.accepts)
      const weight = method.weight(call.params)
      this.#state.limits.spendWeight(method.kind === 'query' ? weight : 0, nowUs)
      return { kind: 'result', result: method.run(call) }
    } catch (thrown) {
      return { kind: 'error', error: this.#refusal(thrown, method, nowUs) }
    }
  }

  #refusal(thrown: unknown, method: Method, nowUs: number): VenueError {
    if (thrown instanceof EngineError) {
      return new VenueError(-1000, 'An unknown error occurred while processing the request.')
    }
    if (!(thrown instanceof VenueError)) throw thrown
    if (method.kind !== 'query') this.#state.limits.addFailure(nowUs)
    return thrown
  }
}

function bend(outcome: RequestOutcome, fault: RequestFault): RequestOutcome {
  if (fault.isLost) return { kind: 'lost' }
  if (!fault.isServerError) return outcome
  const text =
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.'
  return { kind: 'error', error: new VenueError(-1007, text, 504) }
}
