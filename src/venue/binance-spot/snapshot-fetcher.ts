// Order book snapshots over REST, asked for by books and paid from the request weight.
// One is under way per instrument; what the budget or the venue refuses is tried again with
// backoff until it arrives, so a book asks once. A book that asks again soon after an answer (it
// was older than its diffs) waits longer each time: at high latency, haste only burns the budget.
// Source: Binance spot REST document 2026-07-21, GET /api/v3/depth.
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import type { HttpClient, HttpFailure, HttpListener, HttpReply } from '#wire/http-client.ts'
import { Lane, type RateBudget } from '#wire/rate-budget.ts'
import type { VenueContext } from '#venue/venue.ts'
import { MARKET_NAME, targetOf } from './endpoints.ts'
import type { BinanceSpotDecoder } from './market-decoder.ts'
import { observeRestReply } from './rest-limits.ts'

/** 1,000 levels cost 50 of the 6,000 a minute; 5,000 would cost 250. */
const SNAPSHOT_LEVELS = 1_000
const SNAPSHOT_WEIGHT = 50
const IN_FLIGHT_MAX = 4
const ANSWER_DEADLINE_NS = 10 * NS_PER_S
const BACKOFF_FIRST_NS = 100 * NS_PER_MS
const BACKOFF_MAX_NS = 30 * NS_PER_S
/** A book that stays content this long starts over with the shortest wait. */
const CONTENT_NS = 10 * NS_PER_S

const State = { Idle: 0, Waiting: 1, InFlight: 2 } as const
type State = (typeof State)[keyof typeof State]

/** The snapshots of one instrument. */
class Wish {
  state: State = State.Idle
  attempts = 0
  lastEndNs = Number.NEGATIVE_INFINITY
  timer: TimerHandle = NO_TIMER
}

export interface SnapshotParts {
  readonly context: VenueContext
  readonly http: HttpClient
  readonly basePath: string
  readonly decoder: BinanceSpotDecoder
  readonly weight: RateBudget
}

export class SnapshotFetcher {
  readonly #parts: SnapshotParts
  readonly #wishes = new Map<number, Wish>()
  #inFlight = 0
  #isStopped = false

  constructor(parts: SnapshotParts) {
    this.#parts = parts
  }

  request(instrument: number, nowNs: MonoNs): void {
    const wish = this.#wishOf(instrument)
    if (wish.state !== State.Idle || this.#isStopped) return
    if (nowNs - wish.lastEndNs >= CONTENT_NS) wish.attempts = 0
    if (wish.attempts === 0) this.#try(instrument, wish, nowNs)
    else this.#tryLater(instrument, wish, nowNs)
  }

  stop(): void {
    this.#isStopped = true
    for (const wish of this.#wishes.values()) this.#parts.context.timers.cancel(wish.timer)
  }

  /** Token = instrument. */
  onTimer(token: number, nowNs: MonoNs): void {
    if (!this.#isStopped) this.#try(token, this.#wishOf(token), nowNs)
  }

  /** The request is over, whatever came of it. */
  ended(instrument: number, nowNs: MonoNs): void {
    const wish = this.#wishOf(instrument)
    this.#inFlight--
    wish.state = State.Idle
    wish.lastEndNs = nowNs
  }

  /** No book was told anything: the snapshot is still owed. */
  failed(instrument: number, detail: string, nowNs: MonoNs): void {
    const wish = this.#wishOf(instrument)
    if (wish.state !== State.Idle || this.#isStopped) return
    const { notices, instruments } = this.#parts.context
    const { symbol } = instruments.at(instrument)
    notices.notice('warn', 'snapshot_failed', `${MARKET_NAME} ${symbol}: ${detail}`, nowNs)
    this.#tryLater(instrument, wish, nowNs)
  }

  #try(instrument: number, wish: Wish, nowNs: MonoNs): void {
    const { http, basePath, context, weight } = this.#parts
    const mayAsk =
      this.#inFlight < IN_FLIGHT_MAX && weight.spend(Lane.Query, SNAPSHOT_WEIGHT, nowNs)
    if (!mayAsk) {
      this.#tryLater(instrument, wish, nowNs)
      return
    }
    const symbol = context.instruments.at(instrument).venueSymbol
    const target = targetOf(`${basePath}/api/v3/depth`, { symbol, limit: SNAPSHOT_LEVELS })
    const deadlineNs = monoNs(nowNs + ANSWER_DEADLINE_NS)
    const answer = new SnapshotAnswer(instrument, this, this.#parts)
    if (http.request({ method: 'GET', target, deadlineNs }, answer, nowNs) !== Outcome.Ok) {
      this.#tryLater(instrument, wish, nowNs)
      return
    }
    wish.attempts++
    wish.state = State.InFlight
    this.#inFlight++
  }

  #tryLater(instrument: number, wish: Wish, nowNs: MonoNs): void {
    const { timers, prng } = this.#parts.context
    const backoffNs = Math.min(BACKOFF_FIRST_NS * 2 ** Math.min(wish.attempts, 20), BACKOFF_MAX_NS)
    // Half of it by chance, so that the books of a lost connection do not come back in step.
    const delayNs = Math.round(backoffNs * (0.5 + prng.nextFraction() / 2))
    wish.state = State.Waiting
    wish.timer = timers.arm(this, instrument, monoNs(nowNs + delayNs))
  }

  #wishOf(instrument: number): Wish {
    const known = this.#wishes.get(instrument)
    if (known !== undefined) return known
    const wish = new Wish()
    this.#wishes.set(instrument, wish)
    return wish
  }
}

/** Waits for one answer. */
class SnapshotAnswer implements HttpListener {
  readonly #instrument: number
  readonly #fetcher: SnapshotFetcher
  readonly #parts: SnapshotParts

  constructor(instrument: number, fetcher: SnapshotFetcher, parts: SnapshotParts) {
    this.#instrument = instrument
    this.#fetcher = fetcher
    this.#parts = parts
  }

  onReply(reply: HttpReply, nowNs: MonoNs): void {
    const { decoder, weight } = this.#parts
    observeRestReply(reply, weight, nowNs)
    // The request is over before the book hears of it: it may ask again at once.
    this.#fetcher.ended(this.#instrument, nowNs)
    if (reply.status !== 200) {
      this.#fetcher.failed(this.#instrument, `depth answered ${reply.status}`, nowNs)
      return
    }
    const { body } = reply
    const decoded = decoder.decodeSnapshot(this.#instrument, body, 0, body.length, nowNs)
    if (decoded < 0) this.#fetcher.failed(this.#instrument, 'depth could not be decoded', nowNs)
  }

  onFailed(_failure: HttpFailure, detail: string, nowNs: MonoNs): void {
    this.#fetcher.ended(this.#instrument, nowNs)
    this.#fetcher.failed(this.#instrument, detail, nowNs)
  }
}
