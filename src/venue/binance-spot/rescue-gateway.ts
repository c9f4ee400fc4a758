// Lists and cancels the open orders of one Binance spot account over REST, for somebody who has no
// engine: the watchdog, and `floe kill --without-engine`. Cold, and on connections of its own.
//
//   first question ─► the venue's clock ─► signed requests          a refused stamp: measured anew
//
// What to cancel is the caller's decision; each order is named by the venue's own id, as listed.
// Source: Binance spot REST document of 2026-07-21.
import { EngineError, errorText } from '#core/engine-error.ts'
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_MS, NS_PER_S, NS_PER_US, US_PER_MS, type MonoNs } from '#core/units.ts'
import { RejectReason } from '#order/order-codes.ts'
import { HttpClient } from '#wire/http-client.ts'
import type { HttpFailure, HttpListener, HttpReply, HttpRequest } from '#wire/http-client.ts'
import { idOf, integerOf, listOf, parseJson, recordOf, textOf } from '#wire/json-text.ts'
import { Lane, RateBudget } from '#wire/rate-budget.ts'
import { createSigner, type Signer } from '#wire/signatures.ts'
import type { WireContext } from '#wire/websocket-session.ts'
import type {
  Credentials,
  OpenOrder,
  RescueListener,
  VenueRescue,
  VenueUrls,
} from '#venue/venue.ts'
import {
  endpointOf,
  MARKET_NAME,
  RECEIVE_WINDOW_MS,
  signedTarget,
  TIMESTAMP_AHEAD_MS,
  type RequestParams,
} from './endpoints.ts'
import { WEIGHT_1M_LIMIT, WEIGHT_RESERVED } from './rate-windows.ts'
import { observeRestReply } from './rest-limits.ts'
import { CLOCK_SKEW_CODE, definiteReason } from './wire-codes.ts'

const CONNECTIONS_MAX = 4
const BODY_BYTES_MAX = 8 << 20
const ANSWER_DEADLINE_NS = 5 * NS_PER_S
/** Without a symbol the listing is of the whole account. */
const WEIGHT = { time: 1, cancel: 1, openOrders: 80 } as const
const DETAIL_LENGTH_MAX = 200

interface Question {
  readonly method: HttpRequest['method']
  readonly path: string
  readonly params: RequestParams
  readonly weight: number
  /** The order to cancel; null for a listing. */
  readonly order: OpenOrder | null
  readonly listener: RescueListener
}

export class BinanceSpotRescue implements VenueRescue {
  readonly orderWindowNs = (RECEIVE_WINDOW_MS + TIMESTAMP_AHEAD_MS) * NS_PER_MS
  readonly #http: HttpClient
  readonly #basePath: string
  readonly #signer: Signer
  readonly #headers: readonly (readonly [string, string])[]
  readonly #weight = new RateBudget({
    name: `${MARKET_NAME} rescue weight 1m`,
    windowNs: 60 * NS_PER_S,
    limit: WEIGHT_1M_LIMIT,
    reservedFractions: WEIGHT_RESERVED,
  })
  /** Questions that wait for the venue's clock. */
  #waiting: Question[] = []
  #isMeasuring = false
  /** Venue wall time minus nowNs / 1000, µs; NaN before it was measured. */
  #offsetUs = Number.NaN

  constructor(context: WireContext, urls: VenueUrls, credentials: Credentials) {
    const rest = endpointOf(urls.rest, 'rest')
    this.#basePath = rest.path
    this.#signer = createSigner(credentials.kind, credentials.secret)
    this.#headers = [['X-MBX-APIKEY', credentials.key]]
    this.#http = new HttpClient(context, {
      address: rest.address,
      host: rest.host,
      connectionsMax: CONNECTIONS_MAX,
      bodyBytesMax: BODY_BYTES_MAX,
    })
  }

  requestOpenOrders(listener: RescueListener, nowNs: MonoNs): void {
    const path = '/api/v3/openOrders'
    const weight = WEIGHT.openOrders
    this.#ask({ method: 'GET', path, params: {}, weight, order: null, listener }, nowNs)
  }

  cancel(order: OpenOrder, listener: RescueListener, nowNs: MonoNs): void {
    const params = { symbol: order.symbol, orderId: order.venueOrderId }
    const path = '/api/v3/order'
    this.#ask({ method: 'DELETE', path, params, weight: WEIGHT.cancel, order, listener }, nowNs)
  }

  stop(nowNs: MonoNs): void {
    this.#http.close(nowNs)
  }

  /** A failure may be told within this call. */
  #ask(question: Question, nowNs: MonoNs): void {
    if (Number.isNaN(this.#offsetUs)) {
      this.#waiting.push(question)
      this.#measure(nowNs)
      return
    }
    const timestamp = Math.floor((nowNs / NS_PER_US + this.#offsetUs) / US_PER_MS)
    const params = { ...question.params, recvWindow: RECEIVE_WINDOW_MS, timestamp }
    const target = signedTarget(`${this.#basePath}${question.path}`, params, this.#signer)
    const answer: HttpListener = {
      onReply: (reply, atNs) => this.#onReply(question, reply, atNs),
      onFailed: (failure, detail, atNs) => fail(question, failureText(failure, detail), atNs),
    }
    this.#send(question.method, target, question.weight, answer, nowNs)
  }

  #send(
    method: HttpRequest['method'],
    target: string,
    weight: number,
    answer: HttpListener,
    nowNs: MonoNs,
  ): void {
    const headers = this.#headers
    const deadlineNs = monoNs(nowNs + ANSWER_DEADLINE_NS)
    if (!this.#weight.spend(Lane.Cancel, weight, nowNs)) {
      answer.onFailed('not_sent', 'the venue wants no requests for a while', nowNs)
      return
    }
    const outcome = this.#http.request({ method, target, headers, deadlineNs }, answer, nowNs)
    if (outcome !== Outcome.Ok) answer.onFailed('not_sent', 'too many requests wait', nowNs)
  }

  #measure(nowNs: MonoNs): void {
    if (this.#isMeasuring) return
    this.#isMeasuring = true
    const target = `${this.#basePath}/api/v3/time`
    const answer: HttpListener = {
      onReply: (reply, atNs) => this.#onTime(reply, nowNs, atNs),
      onFailed: (failure, detail, atNs) => {
        this.#measured(failureText(failure, detail), atNs)
      },
    }
    this.#send('GET', target, WEIGHT.time, answer, nowNs)
  }

  #onTime(reply: HttpReply, sentNs: MonoNs, nowNs: MonoNs): void {
    observeRestReply(reply, this.#weight, nowNs)
    try {
      const serverTimeMs = integerOf(recordOf(parseJson(reply.text()), 'the time'), 'serverTime')
      this.#offsetUs = serverTimeMs * US_PER_MS - (sentNs + nowNs) / 2 / NS_PER_US
      this.#measured('', nowNs)
    } catch (thrown) {
      this.#measured(`time answered ${reply.status}: ${errorText(thrown)}`, nowNs)
    }
  }

  /** `problem` '' when the clock is known now. */
  #measured(problem: string, nowNs: MonoNs): void {
    this.#isMeasuring = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const question of waiting) {
      if (problem === '') this.#ask(question, nowNs)
      else fail(question, problem, nowNs)
    }
  }

  #onReply(question: Question, reply: HttpReply, nowNs: MonoNs): void {
    observeRestReply(reply, this.#weight, nowNs)
    if (reply.status !== 200) return this.#onRefusal(question, reply, nowNs)
    const { order, listener } = question
    if (order !== null) return listener.onCancelled(order, nowNs)
    try {
      listener.onOpenOrders(openOrdersOf(reply.text()), nowNs)
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      fail(question, thrown.message, nowNs)
    }
  }

  #onRefusal(question: Question, reply: HttpReply, nowNs: MonoNs): void {
    const { order, listener } = question
    const { code, message } = refusalOf(reply)
    if (code === CLOCK_SKEW_CODE) this.#offsetUs = Number.NaN
    const isOver = definiteReason(reply.status, code, message) === RejectReason.UnknownOrder
    if (order !== null && isOver) return listener.onCancelled(order, nowNs)
    fail(question, `answered ${reply.status}: ${code} ${message}`, nowNs)
  }
}

function fail({ order, listener, method, path }: Question, detail: string, nowNs: MonoNs): void {
  listener.onFailed(order, `${method} ${path}: ${detail}`.slice(0, DETAIL_LENGTH_MAX), nowNs)
}

function failureText(failure: HttpFailure, detail: string): string {
  return failure === 'not_sent' ? `not sent: ${detail}` : detail
}

/** @throws EngineError when the text is no listing: then nothing is known of any order. */
function openOrdersOf(text: string): OpenOrder[] {
  return listOf(parseJson(text), 'orders').map((value) => {
    const row = recordOf(value, 'an order')
    return {
      symbol: textOf(row, 'symbol'),
      clientOrderId: textOf(row, 'clientOrderId'),
      venueOrderId: idOf(row, 'orderId'),
      status: textOf(row, 'status'),
      filled: textOf(row, 'executedQty'),
      quantity: textOf(row, 'origQty'),
    }
  })
}

/** A proxy's page has no code. */
function refusalOf(reply: HttpReply): { readonly code: number; readonly message: string } {
  try {
    const row = recordOf(parseJson(reply.text()), 'an error')
    return { code: integerOf(row, 'code'), message: textOf(row, 'msg') }
  } catch {
    return { code: 0, message: reply.text() }
  }
}
