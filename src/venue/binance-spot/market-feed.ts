// Hot path.
// Public data of Binance spot over one combined stream: connection, health and refusals around
// the decoder. The subscriptions stand in the URL, so a session is live as soon as it is open.
//
// A message that cannot be decoded is left out whole. If it was a depth diff, the book has a hole
// and is told so; any other hole shows itself by the next diff's ids. During a rotation both
// sessions are heard and the books drop what they have seen.
// Source: Binance spot WebSocket streams document of 2026-07-21.
import { NS_PER_MS, NS_PER_S, monoNs, type MonoNs } from '#core/units.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import { HTTP_BODY_BYTES_MAX } from '#core/limits.ts'
import { ConnectionLife, type ConnectionProtocol } from '#wire/connection-life.ts'
import { HttpClient } from '#wire/http-client.ts'
import { RateBudget } from '#wire/rate-budget.ts'
import { RegionPool } from '#wire/region-pool.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type {
  ListingsListener,
  MarketHealth,
  VenueContext,
  VenueMarket,
  VenueUrls,
} from '#venue/venue.ts'
import { connectionOptions, endpointOf, MARKET_NAME } from './endpoints.ts'
import { ListingsRequest } from './listings-request.ts'
import { Decoded } from './decoded.ts'
import { BinanceSpotDecoder } from './market-decoder.ts'
import { WEIGHT_1M_LIMIT, WEIGHT_RESERVED } from './rate-windows.ts'
import { SnapshotFetcher } from './snapshot-fetcher.ts'

const HTTP_CONNECTIONS_MAX = 4
/** Liveness is passed on at most this often: books age in seconds, frames come in microseconds. */
const PROOF_EVERY_NS = 50 * NS_PER_MS
/** A subscribed stream that says nothing for this long after it went live is suspicious. */
const FIRST_MESSAGE_NS = 10 * NS_PER_S
const SEEN_TICKER = 1
const SEEN_DEPTH = 2
const SEEN_BOTH = SEEN_TICKER | SEEN_DEPTH

export class BinanceSpotMarket implements VenueMarket, ConnectionProtocol {
  readonly name = MARKET_NAME
  readonly #context: VenueContext
  readonly #life: ConnectionLife
  readonly #http: HttpClient
  readonly #restPath: string
  readonly #weight = new RateBudget({
    name: `${MARKET_NAME} market weight 1m`,
    windowNs: 60 * NS_PER_S,
    limit: WEIGHT_1M_LIMIT,
    reservedFractions: WEIGHT_RESERVED,
  })
  readonly #decoder: BinanceSpotDecoder
  readonly #snapshots: SnapshotFetcher
  readonly #subscribed: number[] = []
  /** Which streams of an instrument have spoken since the session went live. */
  readonly #seen: number[] = []
  #firstMessageTimer: TimerHandle = NO_TIMER
  #provenNs: number = Number.NEGATIVE_INFINITY
  #messages = 0
  #refused = 0
  #scaleRefused = 0

  constructor(context: VenueContext, urls: VenueUrls) {
    const rest = endpointOf(urls.rest, 'rest')
    const stream = endpointOf(urls.ws, 'ws')
    this.#context = context
    this.#decoder = new BinanceSpotDecoder(context.instruments, context.market, context.kernels)
    this.#restPath = rest.path
    this.#http = new HttpClient(context, {
      address: rest.address,
      host: rest.host,
      connectionsMax: HTTP_CONNECTIONS_MAX,
      bodyBytesMax: HTTP_BODY_BYTES_MAX,
    })
    this.#snapshots = new SnapshotFetcher({
      context,
      http: this.#http,
      basePath: rest.path,
      decoder: this.#decoder,
      weight: this.#weight,
    })
    const pathOf = this.#streamPath.bind(this)
    const options = connectionOptions(`${MARKET_NAME} market stream`, stream, pathOf)
    const regions = new RegionPool(() => this.#decoder.receiveBytes())
    this.#life = new ConnectionLife(context, { ...options, regions }, this)
  }

  requestListings(symbols: readonly string[], listener: ListingsListener, nowNs: MonoNs): void {
    const parts = { http: this.#http, basePath: this.#restPath, weight: this.#weight }
    if (new ListingsRequest(parts, symbols, listener).send(nowNs)) return
    const detail = `${MARKET_NAME} exchangeInfo: the request budget has no room now`
    listener.onListingsFailed(detail, false, nowNs)
  }

  /** Before start(): the stream's URL names every subscription. */
  subscribe(instrument: number): void {
    if (this.#subscribed.includes(instrument)) return
    this.#subscribed.push(instrument)
    this.#seen[instrument] = 0
    this.#decoder.follow(instrument)
  }

  start(nowNs: MonoNs): void {
    if (this.#subscribed.length > 0) this.#life.start(nowNs)
  }

  stop(nowNs: MonoNs): void {
    this.#life.stop(nowNs)
    this.#snapshots.stop()
    this.#context.timers.cancel(this.#firstMessageTimer)
    this.#http.close(nowNs)
  }

  requestSnapshot(instrument: number, nowNs: MonoNs): void {
    this.#snapshots.request(instrument, nowNs)
  }

  keepWarm(): void {
    this.#decoder.keepWarm()
  }

  health(): MarketHealth {
    return {
      connected: this.#life.current !== null,
      reconnects: this.#life.reconnects,
      messages: this.#messages,
      refused: this.#refused,
    }
  }

  onOpen(session: WebSocketSession, nowNs: MonoNs): void {
    this.#life.ready(session, nowNs)
  }

  onMessage(
    _session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): boolean {
    this.#messages++
    const decoder = this.#decoder
    const decoded = isText ? decoder.decode(bytes, start, end, nowNs) : Decoded.RefusedMessage
    if (decoded === Decoded.Ticker) this.#seen[decoder.instrument]! |= SEEN_TICKER
    else if (decoded === Decoded.DepthDiff) this.#seen[decoder.instrument]! |= SEEN_DEPTH
    else if (decoded === Decoded.ServerShutdown) this.#life.rotate(nowNs)
    else if (decoded < 0) this.#onRefused(decoded, isText ? decoder.instrument : -1, nowNs)
    // A burst of books is worth one look, at the last of them.
    return false
  }

  onAlive(nowNs: MonoNs): void {
    if (nowNs - this.#provenNs < PROOF_EVERY_NS) return
    this.#provenNs = nowNs
    const { market } = this.#context
    for (const instrument of this.#subscribed) market.onProofOfLife(instrument, nowNs)
  }

  onLive(_session: WebSocketSession, nowNs: MonoNs): void {
    for (const instrument of this.#subscribed) this.#seen[instrument] = 0
    const { timers } = this.#context
    timers.cancel(this.#firstMessageTimer)
    this.#firstMessageTimer = timers.arm(this, 0, monoNs(nowNs + FIRST_MESSAGE_NS))
  }

  onDown(_detail: string, nowNs: MonoNs): void {
    const { market, timers } = this.#context
    timers.cancel(this.#firstMessageTimer)
    for (const instrument of this.#subscribed) market.onFeedLost(instrument, nowNs)
  }

  /** The first messages are due: the venue accepts an unknown stream name and stays silent. */
  onTimer(_token: number, nowNs: MonoNs): void {
    const { instruments } = this.#context
    for (const instrument of this.#subscribed) {
      if (this.#seen[instrument] === SEEN_BOTH) continue
      const stream = (this.#seen[instrument]! & SEEN_TICKER) === 0 ? 'bookTicker' : 'depth'
      const text = `${instruments.at(instrument).symbol}: no ${stream} message in 10 s`
      this.#notice('stream_silent', text, nowNs)
    }
  }

  #onRefused(decoded: Decoded, instrument: number, nowNs: MonoNs): void {
    this.#refused++
    const isScale = decoded === Decoded.RefusedScale
    const leavesHole = isScale || this.#decoder.kind === Decoded.DepthDiff
    if (leavesHole && instrument !== -1) this.#context.market.onFeedLost(instrument, nowNs)
    // Counted each time and said once: the next ones tell a person nothing new.
    if (isScale) {
      this.#scaleRefused++
      if (this.#scaleRefused === 1) this.#noticeScale(instrument, nowNs)
    } else if (this.#refused - this.#scaleRefused === 1) {
      this.#notice('undecodable_message', 'a message that cannot be read was left out', nowNs)
    }
  }

  #noticeScale(instrument: number, nowNs: MonoNs): void {
    const { symbol, priceScale, qtyScale } = this.#context.instruments.at(instrument)
    const text =
      `${symbol}: a number is finer than its listing (${priceScale} decimals of price, ` +
      `${qtyScale} of quantity); restart to read the listing again`
    this.#notice('price_scale', text, nowNs)
  }

  #notice(code: string, text: string, nowNs: MonoNs): void {
    this.#context.notices.notice('warn', code, `${MARKET_NAME} ${text}`, nowNs)
  }

  #streamPath(): string {
    const streams: string[] = []
    for (const instrument of this.#subscribed) {
      const symbol = this.#context.instruments.at(instrument).venueSymbol.toLowerCase()
      const name = encodeURIComponent(symbol)
      streams.push(`${name}@bookTicker`, `${name}@depth@100ms`, `${name}@trade`)
    }
    return `/stream?streams=${streams.join('/')}`
  }
}
