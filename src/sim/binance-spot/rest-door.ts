// The REST door: routes, authentication of a request line, and answers with the venue's headers.
import { US_PER_S } from '#core/units.ts'
import type { HttpAnswer, HttpCall, HttpReplier } from '#sim/front.ts'
import type { Call, Method, VenueState } from './method.ts'
import { parametersOfForms } from './parameters.ts'
import type { RequestOutcome, RequestRunner } from './request-runner.ts'
import { requireFresh, requireSignature, restPayload } from './request-signature.ts'
import type { KeyTable } from './request-signature.ts'
import { badKeyFormat } from './venue-error.ts'
import type { VenueError } from './venue-error.ts'

const JSON_TYPE = ['Content-Type', 'application/json;charset=UTF-8'] as const

export class RestDoor {
  readonly #state: VenueState
  readonly #keys: KeyTable
  readonly #runner: RequestRunner
  readonly #routes = new Map<string, Method>()
  #isInMaintenance = false

  constructor(
    state: VenueState,
    keys: KeyTable,
    runner: RequestRunner,
    methods: readonly Method[],
  ) {
    this.#state = state
    this.#keys = keys
    this.#runner = runner
    for (const one of methods) if (one.rest !== '') this.#routes.set(one.rest, one)
  }

  setMaintenance(on: boolean): void {
    this.#isInMaintenance = on
  }

  handle(call: HttpCall, replier: HttpReplier, nowUs: number): void {
    const { path, query } = splitTarget(call.target)
    const method = this.#routes.get(`${call.method} ${path}`)
    if (this.#isInMaintenance) {
      replier.answer(plainAnswer(503, 'Service Unavailable'))
      return
    }
    if (method === undefined) {
      replier.answer(plainAnswer(this.#isPathKnown(path) ? 405 : 404, 'Not Found'))
      return
    }
    const request = { account: '', isAnswered: false }
    const authenticate = (): Call => {
      const authentic = this.#authenticate(method, call, query, nowUs)
      request.account = authentic.account
      return authentic
    }
    this.#runner.run(
      method,
      authenticate,
      {
        answer: (outcome, answeredUs) => {
          // HTTP has no room for a second answer to one request.
          if (request.isAnswered) return
          request.isAnswered = true
          replier.answer(this.#answer(outcome, method, request.account, answeredUs))
        },
        cut: () => replier.cut(),
      },
      nowUs,
    )
  }

  #isPathKnown(path: string): boolean {
    for (const route of this.#routes.keys()) if (route.endsWith(` ${path}`)) return true
    return false
  }

  #authenticate(method: Method, call: HttpCall, query: string, nowUs: number): Call {
    const params = parametersOfForms(query, call.body)
    const stamp = this.#state.clock.stampFor(call.header('x-mbx-time-unit'))
    if (!method.isSigned) return { params, account: '', nowUs, stamp }
    const key = call.header('x-mbx-apikey')
    if (key === '') throw badKeyFormat()
    const holder = this.#keys.holder(key)
    params.text('timestamp')
    requireSignature(holder, restPayload(query, call.body), params.text('signature'))
    requireFresh(params, nowUs + this.#state.clock.offsetUs)
    return { params, account: holder.account, nowUs, stamp }
  }

  #answer(outcome: RequestOutcome, method: Method, account: string, nowUs: number): HttpAnswer {
    const headers = this.#headers(method, account, nowUs)
    if (outcome.kind === 'result') {
      return { status: 200, headers, body: JSON.stringify(outcome.result) }
    }
    const { error } = outcome
    if (error.retryAtUs > 0) headers.push(['Retry-After', retryAfterSeconds(error, nowUs)])
    const body = JSON.stringify({ code: error.code, msg: error.message, data: error.data })
    return { status: error.status, headers, body }
  }

  #headers(method: Method, account: string, nowUs: number): (readonly [string, string])[] {
    const used = String(this.#state.limits.usedWeight(nowUs))
    const headers: (readonly [string, string])[] = [
      JSON_TYPE,
      ['X-MBX-USED-WEIGHT', used],
      ['X-MBX-USED-WEIGHT-1M', used],
    ]
    if (method.kind === 'place' && account !== '') {
      const orders = this.#state.limits.usedOrders(account, nowUs)
      headers.push(['X-MBX-ORDER-COUNT-10S', String(orders.short)])
      headers.push(['X-MBX-ORDER-COUNT-1D', String(orders.day)])
    }
    return headers
  }
}

export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, query: '' }
  return { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

export function plainAnswer(status: number, text: string): HttpAnswer {
  return { status, headers: [['Content-Type', 'text/plain']], body: text }
}

function retryAfterSeconds(error: VenueError, nowUs: number): string {
  return String(Math.max(1, Math.ceil((error.retryAtUs - nowUs) / US_PER_S)))
}
