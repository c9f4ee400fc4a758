// Runs one request: the way here, authentication, weight, parameters, the method itself, and the
// way of its answer. REST and the WS API differ only in how they write the outcome.
import { EngineError } from '#core/engine-error.ts'
import { US_PER_MS } from '#core/units.ts'
import type { Fault } from '#sim/fault-plan.ts'
import type { LateQueue } from './late-queue.ts'
import type { MessageFaults, MessageWay } from './message-faults.ts'
import type { Call, Method, VenueState } from './method.ts'
import { orderRefused, VenueError } from './venue-error.ts'

export type RequestOutcome =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: VenueError }

/** The way back of one request. */
export interface RequestReplier {
  answer(outcome: RequestOutcome, nowUs: number): void
  cut(): void
}

export class RequestRunner {
  readonly #state: VenueState
  readonly #late: LateQueue
  readonly #faults: MessageFaults
  #latencyUs = 0

  constructor(state: VenueState, late: LateQueue, faults: MessageFaults) {
    this.#state = state
    this.#late = late
    this.#faults = faults
  }

  /** Every request takes this long to arrive. */
  setLatencyMs(ms: number): void {
    this.#latencyUs = ms * US_PER_MS
  }

  /** Delivers the request when it has travelled, which may be late or never. */
  whenArrived(nowUs: number, way: MessageWay): void {
    if (this.#latencyUs === 0) this.#faults.pass('request', way)
    else this.#late.push(nowUs + this.#latencyUs, () => this.#faults.pass('request', way))
  }

  /** `authenticate` gives the call or throws a VenueError. */
  run(method: Method, authenticate: () => Call, replier: RequestReplier, nowUs: number): void {
    const { running, overtakes } = this.#state
    running.orderId = 0
    const outcome = this.#execute(method, authenticate, nowUs)
    const { orderId } = running
    const isPlace = method.kind === 'place'
    overtakes.answerDue(isPlace, orderId)
    // What was carried out for an order is an ack; a refusal or a listing is an answer.
    const what = orderId > 0 ? 'ack' : 'answer'
    const fault = this.#faults.decide('answer', what)
    const told = toldOutcome(outcome, fault)
    const way: MessageWay = {
      deliver: (answeredUs) => {
        overtakes.answerLeft(isPlace, orderId)
        replier.answer(told, answeredUs)
      },
      cut: () => replier.cut(),
    }
    this.#faults.follow(fault, way, 'answer', what)
  }

  #execute(method: Method, authenticate: () => Call, nowUs: number): RequestOutcome {
    try {
      const call = authenticate()
      this.#state.onRequest?.(method.ws, call)
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

function toldOutcome(outcome: RequestOutcome, fault: Fault): RequestOutcome {
  if (fault.kind === 'error_5xx_but_accepted') return unknownOutcome()
  return fault.kind === 'false_refusal' ? falseRefusal() : outcome
}

const falseRefusal = (): RequestOutcome => ({
  kind: 'error',
  error: orderRefused('Account has insufficient balance for requested action.'),
})

const unknownOutcome = (): RequestOutcome => ({
  kind: 'error',
  error: new VenueError(
    -1007,
    'Timeout waiting for response from backend server. ' +
      'Send status unknown; execution status unknown.',
    504,
  ),
})
