// Hot path.
// One account's connection to the WS API: order entry, private events and account queries share
// it, so that they arrive in the venue's own order. Answers are matched by request id, never by
// order of arrival, and become venue events in the queue.
//
// What was sent and not answered when the connection is lost or the deadline passes is unknown,
// not refused; nothing is ever sent again by itself. During a rotation both sessions are heard:
// answers still come on the old one, and an event told twice is recognised by its keys later.
// Source: Binance spot WebSocket API document of 2026-07-21.
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { PriceUnits, QtyUnits } from '#core/units.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import { VenueEventKind } from '#order/venue-event.ts'
import { ConnectionLife, type ConnectionProtocol } from '#wire/connection-life.ts'
import { createSigner } from '#wire/signatures.ts'
import { TextMemo } from '#wire/text-memo.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { Credentials, VenueAccount, VenueContext, VenueUrls } from '#venue/venue.ts'
import { AccountQueries } from './account-queries.ts'
import { AccountReports } from './account-reports.ts'
import { ClockOffset } from './clock-offset.ts'
import {
  connectionOptions,
  endpointOf,
  MARKET_NAME,
  RECEIVE_WINDOW_MS,
  TIMESTAMP_AHEAD_MS,
} from './endpoints.ts'
import { OrderEntry } from './order-entry.ts'
import { OrderReplies } from './order-replies.ts'
import { OrderSigning } from './order-signing.ts'
import { PrivateDecoded, PrivateFeed } from './private-feed.ts'
import { RateWindows } from './rate-windows.ts'
import { ReplyEnvelope } from './reply-envelope.ts'
import { NO_SUBJECT, Proof, RequestSender } from './request-sender.ts'
import { RequestKind, RequestTable } from './request-table.ts'
import { SessionLogon, type LogonParts } from './session-logon.ts'
import { SymbolLookup } from './symbol-lookup.ts'
import { CLOCK_SKEW_CODE } from './wire-codes.ts'

/** The venue answers within 10 s, or with the code that says it does not know either. */
const ANSWER_DEADLINE_NS = 10 * NS_PER_S
const SWEEP_EVERY_NS = 250 * NS_PER_MS
const CLOCK_EVERY_NS = 300 * NS_PER_S
const UNAUTHORIZED = 401

const Token = { Sweep: 0, Clock: 1 } as const

export class BinanceSpotAccount implements VenueAccount, ConnectionProtocol {
  readonly marketName = MARKET_NAME
  readonly account: number
  /** A request may also be stamped ahead of the venue's clock by our measuring error. */
  readonly orderWindowNs = (RECEIVE_WINDOW_MS + TIMESTAMP_AHEAD_MS) * NS_PER_MS
  readonly #context: VenueContext
  readonly #name: string
  readonly #life: ConnectionLife
  readonly #clock = new ClockOffset()
  readonly #table = new RequestTable()
  readonly #reply = new ReplyEnvelope()
  readonly #rates = new RateWindows()
  readonly #sender: RequestSender
  readonly #entry: OrderEntry
  readonly #privateFeed: PrivateFeed
  readonly #replies: OrderReplies
  readonly #queries: AccountQueries
  readonly #logonParts: LogonParts
  /** The fresh session and, during a rotation, the one it replaces. */
  #logons: SessionLogon[] = []
  /** The session that carries orders; null while down. */
  #live: WebSocketSession | null = null
  #sweepTimer: TimerHandle = NO_TIMER
  #clockTimer: TimerHandle = NO_TIMER
  #refused = 0

  constructor(context: VenueContext, urls: VenueUrls, account: number, credentials: Credentials) {
    const { orders, instruments, events, notices, kernels } = context
    this.#context = context
    this.account = account
    this.#name = `${MARKET_NAME} account ${account}`
    const table = this.#table
    const clock = this.#clock
    const rates = this.#rates
    const symbols = new SymbolLookup(MARKET_NAME, instruments)
    const signer = createSigner(credentials.kind, credentials.secret)
    const sender = new RequestSender(table, clock, credentials, signer)
    const signing = sender.canLogOn ? null : new OrderSigning(credentials, kernels)
    const reports = new AccountReports(account, symbols, events)
    const { weight } = rates
    this.#sender = sender
    this.#entry = new OrderEntry({ orders, instruments, table, sender, clock, rates, signing })
    const texts = new TextMemo()
    this.#privateFeed = new PrivateFeed(account, symbols, events, texts)
    this.#replies = new OrderReplies(account, instruments, events, table, texts)
    this.#queries = new AccountQueries({
      account,
      orders,
      instruments,
      events,
      notices,
      table,
      clock,
      sender,
      reports,
      weight,
    })
    const endpoint = endpointOf(urls.ws_api, 'ws_api')
    const options = connectionOptions(`${this.#name} orders`, endpoint, noPath)
    this.#life = new ConnectionLife(context, options, this)
    const measure = this.#measure.bind(this)
    this.#logonParts = { sender, life: this.#life, notices, name: this.#name, measure }
  }

  get isUp(): boolean {
    return this.#live !== null
  }

  get venueOffsetUs(): number {
    return this.#clock.offsetUs
  }

  /** Messages that could not be decoded. */
  get refused(): number {
    return this.#refused
  }

  start(nowNs: MonoNs): void {
    this.#life.start(nowNs)
    this.#armTimers(nowNs)
  }

  stop(nowNs: MonoNs): void {
    this.#life.stop(nowNs)
    this.#context.timers.cancel(this.#sweepTimer)
    this.#context.timers.cancel(this.#clockTimer)
    this.#goDown(nowNs)
  }

  place(order: number, nowNs: MonoNs): Outcome {
    return this.#live === null ? Outcome.NotReady : this.#entry.place(order, this.#live, nowNs)
  }

  cancel(order: number, nowNs: MonoNs): Outcome {
    return this.#live === null ? Outcome.NotReady : this.#entry.cancel(order, this.#live, nowNs)
  }

  keepWarm(order: number, nowNs: MonoNs): void {
    if (this.#live !== null) this.#entry.keepWarm(order, this.#live, nowNs)
  }

  /** The venue can only shrink an order, keeping its price; no task here needs that. */
  amend(_order: number, _price: PriceUnits, _qty: QtyUnits, _nowNs: MonoNs): Outcome {
    return Outcome.Unsupported
  }

  /** Spot has no dead-man's switch. */
  armDeadMan(_timeoutNs: number, _nowNs: MonoNs): Outcome {
    return Outcome.Unsupported
  }

  requestOrder(order: number, token: number, nowNs: MonoNs): Outcome {
    return this.#queries.requestOrder(order, token, nowNs)
  }

  requestOpenOrders(instrument: number, token: number, nowNs: MonoNs): Outcome {
    return this.#queries.requestOpenOrders(instrument, token, nowNs)
  }

  requestOrderHistory(instrument: number, sinceUs: number, token: number, nowNs: MonoNs): Outcome {
    return this.#queries.requestOrderHistory(instrument, sinceUs, token, nowNs)
  }

  requestFills(
    instrument: number,
    sinceTradeId: string,
    sinceUs: number,
    token: number,
    nowNs: MonoNs,
  ): Outcome {
    return this.#queries.requestFills(instrument, sinceTradeId, sinceUs, token, nowNs)
  }

  requestOrderFills(order: number, token: number, nowNs: MonoNs): Outcome {
    return this.#queries.requestOrderFills(order, token, nowNs)
  }

  requestBalances(token: number, nowNs: MonoNs): Outcome {
    return this.#queries.requestBalances(token, nowNs)
  }

  onOpen(session: WebSocketSession, nowNs: MonoNs): void {
    const logon = new SessionLogon(session, this.#logonParts)
    // Only the session that carries orders may still hear an answer to its own logon.
    const serving = this.#live === null ? undefined : this.#logonOf(this.#live)
    this.#logons = serving === undefined ? [logon] : [serving, logon]
    if (this.#clock.isKnown) logon.clockKnown(nowNs)
    else this.#measure(session, nowNs)
  }

  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): boolean {
    const reply = this.#reply
    if (!isText || !reply.read(bytes, start, end)) {
      this.#refuse('undecodable_message', 'a message that is not JSON was left out', nowNs)
      return false
    }
    if (reply.eventAt !== -1) this.#onEvent(session, reply, nowNs)
    else this.#onReply(session, reply, nowNs)
    // An answer and the report of the same thing often come in one read: the first may free an
    // order to be sent, which need not wait until the second is decoded.
    return this.#context.events.count > 0
  }

  onAlive(_nowNs: MonoNs): void {
    // Silence is measured by the session itself; an account has no book to keep fresh.
  }

  onLive(session: WebSocketSession, nowNs: MonoNs): void {
    const wasUp = this.#live !== null
    this.#live = session
    this.#queries.use(session)
    if (wasUp) return
    this.#context.events.claim(VenueEventKind.SessionUp, this.account, nowNs)
    this.#context.events.publish()
  }

  onDown(_detail: string, nowNs: MonoNs): void {
    this.#goDown(nowNs)
  }

  onTimer(token: number, nowNs: MonoNs): void {
    if (token === Token.Sweep) {
      this.#sweep(nowNs)
      this.#sweepTimer = this.#arm(Token.Sweep, nowNs + SWEEP_EVERY_NS)
      return
    }
    if (this.#live !== null) this.#measure(this.#live, nowNs)
    this.#clockTimer = this.#arm(Token.Clock, nowNs + CLOCK_EVERY_NS)
  }

  #onEvent(session: WebSocketSession, reply: ReplyEnvelope, nowNs: MonoNs): void {
    switch (this.#privateFeed.decode(reply, nowNs)) {
      case PrivateDecoded.StreamEnded:
        this.#life.fail(session, 'the venue ended the private stream', nowNs)
        return
      case PrivateDecoded.ServerShutdown:
        this.#life.rotate(nowNs)
        return
      case PrivateDecoded.Refused:
        // An event about our orders may be lost with it: only a reconciliation makes that good.
        this.#refuse('undecodable_event', 'a private event could not be decoded', nowNs)
        this.#life.fail(session, 'an undecodable private event', nowNs)
        return
      default:
    }
  }

  #onReply(session: WebSocketSession, reply: ReplyEnvelope, nowNs: MonoNs): void {
    this.#rates.observe(reply, nowNs)
    const slot = this.#table.find(reply.id)
    if (slot === -1) {
      if (reply.status === UNAUTHORIZED) this.#life.fail(session, reply.message, nowNs)
      return
    }
    const kind = this.#table.kind(slot)
    if (kind === RequestKind.Place) this.#replies.onPlaceReply(slot, reply, nowNs)
    else if (kind === RequestKind.Cancel) this.#replies.onCancelReply(slot, reply, nowNs)
    else if (kind === RequestKind.Time) this.#onTime(slot, reply, nowNs)
    else if (kind === RequestKind.Logon || kind === RequestKind.Subscribe) {
      this.#logonOf(this.#table.session(slot))?.onReply(kind, reply, nowNs)
    } else this.#queries.onReply(slot, reply, nowNs)
    if (this.#table.id(slot) === reply.id) this.#table.release(slot)
    const isRefusedClock = reply.code === CLOCK_SKEW_CODE && session === this.#live
    if (isRefusedClock) this.#measure(session, nowNs)
  }

  #onTime(slot: number, reply: ReplyEnvelope, nowNs: MonoNs): void {
    const session = this.#table.session(slot)
    const sentNs = monoNs(this.#table.sentNs(slot))
    const venueTimeUs = reply.readServerTimeUs()
    if (venueTimeUs === 0) {
      this.#life.fail(session, `the venue does not tell its time: ${reply.message}`, nowNs)
      return
    }
    if (!this.#clock.sample(sentNs, nowNs, venueTimeUs)) {
      this.#askTime(session, nowNs)
      return
    }
    this.#rates.align(this.#clock.offsetUs)
    for (const logon of this.#logons) if (logon.isMeasuring) logon.clockKnown(nowNs)
  }

  #measure(session: WebSocketSession, nowNs: MonoNs): void {
    this.#clock.beginRound()
    this.#askTime(session, nowNs)
  }

  #askTime(session: WebSocketSession, nowNs: MonoNs): void {
    const kind = RequestKind.Time
    const request = { kind, method: 'time', params: {}, proof: Proof.None, subject: NO_SUBJECT }
    this.#sender.send(session, request, nowNs)
  }

  #logonOf(session: WebSocketSession): SessionLogon | undefined {
    for (const logon of this.#logons) if (logon.session === session) return logon
    return undefined
  }

  #goDown(nowNs: MonoNs): void {
    const lost = this.#live
    if (lost === null) return
    this.#live = null
    this.#queries.use(null)
    const table = this.#table
    for (let slot = table.nextOn(lost, 0); slot !== -1; slot = table.nextOn(lost, slot + 1)) {
      this.#noAnswer(slot, nowNs)
    }
    this.#context.events.claim(VenueEventKind.SessionDown, this.account, nowNs)
    this.#context.events.publish()
  }

  #sweep(nowNs: MonoNs): void {
    const table = this.#table
    if (table.count === 0) return
    const before = nowNs - ANSWER_DEADLINE_NS
    for (let s = table.nextOlder(0, before); s !== -1; s = table.nextOlder(s + 1, before)) {
      this.#noAnswer(s, nowNs)
    }
  }

  #noAnswer(slot: number, nowNs: MonoNs): void {
    const table = this.#table
    const kind = table.kind(slot)
    const session = table.session(slot)
    if (kind === RequestKind.Place || kind === RequestKind.Cancel) {
      this.#replies.onNoAnswer(slot, nowNs)
    } else if (kind >= RequestKind.OrderStatus) this.#queries.onNoAnswer(slot, nowNs)
    table.release(slot)
    const isLogon = kind === RequestKind.Logon || kind === RequestKind.Subscribe
    if (isLogon) this.#life.fail(session, 'the logon was not answered', nowNs)
  }

  /** Counted each time, said once: the next ones tell a person nothing new. */
  #refuse(code: string, text: string, nowNs: MonoNs): void {
    this.#refused++
    if (this.#refused > 1) return
    this.#context.notices.notice('warn', code, `${this.#name}: ${text}`, nowNs)
  }

  #armTimers(nowNs: MonoNs): void {
    this.#sweepTimer = this.#arm(Token.Sweep, nowNs + SWEEP_EVERY_NS)
    this.#clockTimer = this.#arm(Token.Clock, nowNs + CLOCK_EVERY_NS)
  }

  #arm(token: number, deadlineNs: number): TimerHandle {
    return this.#context.timers.arm(this, token, monoNs(deadlineNs))
  }
}

const noPath = (): string => ''
