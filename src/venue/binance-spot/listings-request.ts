// One call of requestListings, from the question to the listener's single answer.
// The venue refuses a whole list for one symbol that does not exist, without naming it; then the
// full listing is fetched once, so that the answer can name it.
import { EngineError, errorText } from '#core/engine-error.ts'
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { HttpClient, HttpFailure, HttpListener, HttpReply } from '#wire/http-client.ts'
import { parseJson, recordOf } from '#wire/json-text.ts'
import { Lane, type RateBudget } from '#wire/rate-budget.ts'
import type { ListingsListener } from '#venue/venue.ts'
import { MARKET_NAME, targetOf } from './endpoints.ts'
import { decodeListings, unknownSymbols, venueSymbolOf } from './instruments.ts'
import { observeRestReply } from './rest-limits.ts'
import { UNKNOWN_SYMBOL_CODE } from './wire-codes.ts'

const LISTINGS_WEIGHT = 20
const ANSWER_DEADLINE_NS = 30 * NS_PER_S

export interface ListingsParts {
  readonly http: HttpClient
  readonly basePath: string
  readonly weight: RateBudget
}

export class ListingsRequest implements HttpListener {
  readonly #parts: ListingsParts
  readonly #symbols: readonly string[]
  readonly #listener: ListingsListener
  #isWhole = false

  constructor(parts: ListingsParts, symbols: readonly string[], listener: ListingsListener) {
    this.#parts = parts
    this.#symbols = symbols
    this.#listener = listener
  }

  /** False when nothing was asked: the budget or the client is full. */
  send(nowNs: MonoNs): boolean {
    const { http, basePath, weight } = this.#parts
    if (!weight.spend(Lane.Query, LISTINGS_WEIGHT, nowNs)) return false
    const symbols = JSON.stringify(this.#symbols.map(venueSymbolOf))
    const target = targetOf(`${basePath}/api/v3/exchangeInfo`, this.#isWhole ? {} : { symbols })
    const deadlineNs = monoNs(nowNs + ANSWER_DEADLINE_NS)
    return http.request({ method: 'GET', target, deadlineNs }, this, nowNs) === Outcome.Ok
  }

  onReply(reply: HttpReply, nowNs: MonoNs): void {
    observeRestReply(reply, this.#parts.weight, nowNs)
    if (reply.status !== 200) {
      this.#onRefusal(reply, nowNs)
      return
    }
    try {
      this.#listener.onListings(decodeListings(reply.text(), this.#symbols), nowNs)
    } catch (thrown) {
      const isFinal = thrown instanceof EngineError && thrown.code === 'unknown_symbol'
      this.#listener.onListingsFailed(errorText(thrown), isFinal, nowNs)
    }
  }

  onFailed(_failure: HttpFailure, detail: string, nowNs: MonoNs): void {
    this.#listener.onListingsFailed(`${MARKET_NAME} exchangeInfo: ${detail}`, false, nowNs)
  }

  #onRefusal(reply: HttpReply, nowNs: MonoNs): void {
    const isUnknownSymbol = codeOf(reply) === UNKNOWN_SYMBOL_CODE && !this.#isWhole
    if (isUnknownSymbol && this.#symbols.length === 1) {
      this.#listener.onListingsFailed(unknownSymbols(this.#symbols).message, true, nowNs)
      return
    }
    if (isUnknownSymbol) {
      this.#isWhole = true
      if (this.send(nowNs)) return
    }
    const detail = `${MARKET_NAME} exchangeInfo answered ${reply.status}: ${reply.text()}`
    this.#listener.onListingsFailed(detail.slice(0, 300), false, nowNs)
  }
}

/** The code of an error body, 0 where it has none (a proxy's page). */
function codeOf(reply: HttpReply): number {
  try {
    const code = recordOf(parseJson(reply.text()), 'an error')['code']
    return typeof code === 'number' ? code : 0
  } catch {
    return 0
  }
}
