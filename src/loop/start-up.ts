// From a configuration to instruments: asks each venue market for its listings before anything
// else, because no figure of a task means anything without its steps.
import { EngineError } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import type { VenueMarket } from '#venue/venue.ts'

const RETRY_FIRST_NS = 250 * NS_PER_MS
const RETRY_MAX_NS = 10 * NS_PER_S

export interface StartUpParts {
  readonly timers: TimerWheel
  readonly notices: NoticeSink
  onListed(facts: readonly InstrumentFacts[], nowNs: MonoNs): void
  /** Every market has answered. */
  onAllListed(nowNs: MonoNs): void
  /** A refusal that repeating cannot mend: a symbol that does not exist. */
  onRefused(error: EngineError): void
}

interface Ask {
  readonly market: VenueMarket
  readonly symbols: readonly string[]
  failures: number
}

export class StartUp implements TimerTarget {
  readonly #parts: StartUpParts
  readonly #asks: readonly Ask[]
  #unanswered: number

  /** `symbols` by market: what the tasks and the risk limits name. */
  constructor(
    parts: StartUpParts,
    asks: readonly { readonly market: VenueMarket; readonly symbols: readonly string[] }[],
  ) {
    this.#parts = parts
    this.#asks = asks.map(({ market, symbols }) => ({ market, symbols, failures: 0 }))
    this.#unanswered = asks.length
  }

  begin(nowNs: MonoNs): void {
    for (let i = 0; i < this.#asks.length; i++) this.onTimer(i, nowNs)
  }

  onTimer(index: number, nowNs: MonoNs): void {
    const ask = this.#asks[index]!
    ask.market.requestListings(
      ask.symbols,
      {
        onListings: (facts, atNs) => this.#answered(facts, atNs),
        onListingsFailed: (detail, isFinal, atNs) => this.#failed(index, detail, isFinal, atNs),
      },
      nowNs,
    )
  }

  #answered(facts: readonly InstrumentFacts[], nowNs: MonoNs): void {
    this.#parts.onListed(facts, nowNs)
    this.#unanswered--
    if (this.#unanswered === 0) this.#parts.onAllListed(nowNs)
  }

  #failed(index: number, detail: string, isFinal: boolean, nowNs: MonoNs): void {
    const ask = this.#asks[index]!
    const text = `${ask.market.name}: no listings: ${detail}`
    if (isFinal) {
      const fix = 'correct the symbol of the task that names it (BASE/QUOTE)'
      return this.#parts.onRefused(new EngineError('listings_refused', `${text}; ${fix}`))
    }
    this.#parts.notices.notice('warn', 'listings_failed', `${text}; trying again`, nowNs)
    const waitNs = Math.min(RETRY_FIRST_NS * 2 ** ask.failures, RETRY_MAX_NS)
    ask.failures++
    this.#parts.timers.arm(this, index, monoNs(nowNs + waitNs))
  }
}
