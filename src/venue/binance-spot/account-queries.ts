// What the engine asks about its account, and how each answer ends: every query that was sent
// ends in exactly one ListingEnd, `complete` only when its rows prove coverage.
//
// The venue lists at most a day between two times. A listing that reaches back further goes day by
// day until the first row, and from there by ids, which know no time:
//
//   since ├── day, empty ──┼── day, empty ──┼── day, rows ─► after its last id ─► … ─► a short page
//
// Queries spend from the query lane: a reconciliation never takes what a cancel needs.
import { errorText } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import { US_PER_MS, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { VenueEventKind } from '#order/venue-event.ts'
import { Lane, type RateBudget } from '#wire/rate-budget.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { AccountReports } from './account-reports.ts'
import type { ClockOffset } from './clock-offset.ts'
import type { RequestParams } from './endpoints.ts'
import { orderName } from './order-name.ts'
import type { ReplyEnvelope } from './reply-envelope.ts'
import { NO_SUBJECT, Proof, type RequestSender, type RequestSubject } from './request-sender.ts'
import { RequestKind, type RequestTable } from './request-table.ts'
import { NO_SUCH_ORDER_CODE } from './wire-codes.ts'

/** Weights of the WS API document of 2026-07-21. */
const WEIGHT = {
  orderStatus: 4,
  openOrders: 6,
  allOrders: 20,
  fills: 20,
  orderFills: 5,
  balances: 20,
} as const
/** The largest page of fills or past orders; a full one means that there may be more. */
const PAGE_ROWS_MAX = 1_000
/** The longest stretch of time that one request may ask for. */
const DAY_MS = 86_400_000

export interface QueryParts {
  readonly account: number
  readonly orders: OrderTable
  readonly instruments: InstrumentTable
  readonly events: VenueEventQueue
  readonly notices: NoticeSink
  readonly table: RequestTable
  readonly clock: ClockOffset
  readonly sender: RequestSender
  readonly reports: AccountReports
  readonly weight: RateBudget
}

interface Query {
  readonly kind: RequestKind
  readonly method: string
  readonly params: RequestParams
  readonly subject: RequestSubject
  readonly weight: number
}

export class AccountQueries {
  readonly #parts: QueryParts
  #session: WebSocketSession | null = null
  /** By token of a listing that goes day by day: until when it has asked, venue ms. */
  readonly #askedUntilMs = new Map<number, number>()

  constructor(parts: QueryParts) {
    this.#parts = parts
  }

  /** Queries go out here; null while the account is down. */
  use(session: WebSocketSession | null): void {
    this.#session = session
  }

  requestOrder(order: number, token: number, nowNs: MonoNs): Outcome {
    const { orders, instruments } = this.#parts
    const instrument = orders.instrument(order)
    const clientIdHi = orders.clientIdHi(order)
    const clientIdLo = orders.clientIdLo(order)
    const symbol = instruments.at(instrument).venueSymbol
    const query: Query = {
      kind: RequestKind.OrderStatus,
      method: 'order.status',
      params: { symbol, ...orderName(orders, order) },
      subject: { instrument, clientIdHi, clientIdLo, token },
      weight: WEIGHT.orderStatus,
    }
    return this.#send(query, nowNs)
  }

  requestOpenOrders(instrument: number, token: number, nowNs: MonoNs): Outcome {
    const symbol = this.#parts.instruments.at(instrument).venueSymbol
    const query: Query = {
      kind: RequestKind.OpenOrders,
      method: 'openOrders.status',
      params: { symbol },
      subject: { ...NO_SUBJECT, instrument, token },
      weight: WEIGHT.openOrders,
    }
    return this.#send(query, nowNs)
  }

  /** Past and present orders created since; asked page by page until a short one. */
  requestOrderHistory(instrument: number, sinceUs: number, token: number, nowNs: MonoNs): Outcome {
    const startMs = Math.max(0, Math.floor(sinceUs / US_PER_MS))
    return this.#sendSince(RequestKind.OrderHistory, startMs, instrument, token, nowNs)
  }

  requestFills(
    instrument: number,
    sinceTradeId: string,
    sinceUs: number,
    token: number,
    nowNs: MonoNs,
  ): Outcome {
    if (sinceTradeId !== '') {
      const fromId = Number(sinceTradeId)
      return this.#sendPage(RequestKind.Fills, { fromId }, instrument, token, nowNs)
    }
    const startMs = Math.max(0, Math.floor(sinceUs / US_PER_MS))
    return this.#sendSince(RequestKind.Fills, startMs, instrument, token, nowNs)
  }

  /** Of one order, by the venue's id: no time limits it. */
  requestOrderFills(order: number, token: number, nowNs: MonoNs): Outcome {
    const { orders } = this.#parts
    const orderId = Number(orders.venueOrderId(order))
    if (!Number.isSafeInteger(orderId) || orderId <= 0) return Outcome.Unsupported
    const instrument = orders.instrument(order)
    return this.#sendPage(RequestKind.Fills, { orderId }, instrument, token, nowNs)
  }

  requestBalances(token: number, nowNs: MonoNs): Outcome {
    const query: Query = {
      kind: RequestKind.Balances,
      method: 'account.status',
      params: { omitZeroBalances: 'true' },
      subject: { ...NO_SUBJECT, token },
      weight: WEIGHT.balances,
    }
    return this.#send(query, nowNs)
  }

  /** The answer to the query in `slot`; the slot is still taken. */
  onReply(slot: number, reply: ReplyEnvelope, nowNs: MonoNs): void {
    const { table, notices } = this.#parts
    const kind = table.kind(slot)
    if (reply.status !== 200 || reply.resultAt === -1) {
      const isAbsent = kind === RequestKind.OrderStatus && reply.code === NO_SUCH_ORDER_CODE
      if (isAbsent) this.#tellNotFound(slot, nowNs)
      else this.#noticeRefusal(reply, nowNs)
      this.#end(slot, isAbsent, nowNs)
      return
    }
    try {
      const isOver = this.#tell(slot, kind, resultText(reply), nowNs)
      if (isOver) this.#end(slot, true, nowNs)
    } catch (thrown) {
      notices.notice('warn', 'undecodable_reply', this.#named(errorText(thrown)), nowNs)
      this.#end(slot, false, nowNs)
    }
  }

  /** The query in `slot` got no answer. */
  onNoAnswer(slot: number, nowNs: MonoNs): void {
    this.#end(slot, false, nowNs)
  }

  /** False when another page was asked for and the listing goes on. */
  #tell(slot: number, kind: RequestKind, text: string, nowNs: MonoNs): boolean {
    const { table, reports } = this.#parts
    switch (kind) {
      case RequestKind.OrderStatus:
        reports.tellOrder(text, table.clientIdHi(slot), table.clientIdLo(slot), nowNs)
        return true
      case RequestKind.OpenOrders:
        reports.tellOrders(text, nowNs)
        return true
      case RequestKind.Balances:
        reports.tellBalances(text, nowNs)
        return true
      default:
        return this.#tellPage(slot, kind, text, nowNs)
    }
  }

  #tellPage(slot: number, kind: RequestKind, text: string, nowNs: MonoNs): boolean {
    const { table, reports, instruments } = this.#parts
    const instrument = table.instrument(slot)
    const token = table.token(slot)
    const isFills = kind === RequestKind.Fills
    const page = isFills
      ? reports.tellFills(text, instruments.at(instrument), nowNs)
      : reports.tellOrders(text, nowNs)
    const untilMs = this.#askedUntilMs.get(token)
    this.#askedUntilMs.delete(token)
    if (page.count < PAGE_ROWS_MAX && untilMs === undefined) return true
    if (page.count === 0 && untilMs !== undefined) {
      const outcome = this.#sendSince(kind, untilMs, instrument, token, nowNs)
      if (outcome !== Outcome.Ok) reports.tellEnd(token, false, instrument, nowNs)
      return false
    }
    // Ids of spot fit 2^53; one that did not would be refused by Number and end the listing.
    const nextId = Number(page.lastId) + 1
    const since = isFills ? { fromId: nextId } : { orderId: nextId }
    const outcome = Number.isSafeInteger(nextId)
      ? this.#sendPage(kind, since, instrument, token, nowNs)
      : Outcome.Unsupported
    if (outcome !== Outcome.Ok) reports.tellEnd(token, false, instrument, nowNs)
    return false
  }

  /** From this time on; 0 is the beginning of the account, which no time limit fits. */
  #sendSince(
    kind: RequestKind,
    startMs: number,
    instrument: number,
    token: number,
    nowNs: MonoNs,
  ): Outcome {
    if (startMs === 0) {
      const first = kind === RequestKind.Fills ? { fromId: 0 } : { orderId: 0 }
      return this.#sendPage(kind, first, instrument, token, nowNs)
    }
    const endMs = startMs + DAY_MS
    if (endMs >= this.#parts.clock.venueTimeMs(nowNs)) {
      return this.#sendPage(kind, { startTime: startMs }, instrument, token, nowNs)
    }
    const day = { startTime: startMs, endTime: endMs }
    const outcome = this.#sendPage(kind, day, instrument, token, nowNs)
    if (outcome === Outcome.Ok) this.#askedUntilMs.set(token, endMs)
    return outcome
  }

  #sendPage(
    kind: RequestKind,
    since: RequestParams,
    instrument: number,
    token: number,
    nowNs: MonoNs,
  ): Outcome {
    const symbol = this.#parts.instruments.at(instrument).venueSymbol
    const isFills = kind === RequestKind.Fills
    const query: Query = {
      kind,
      method: isFills ? 'myTrades' : 'allOrders',
      params: { symbol, limit: PAGE_ROWS_MAX, ...since },
      subject: { ...NO_SUBJECT, instrument, token },
      weight: weightOf(kind, since),
    }
    return this.#send(query, nowNs)
  }

  #send(query: Query, nowNs: MonoNs): Outcome {
    const session = this.#session
    if (session === null) return Outcome.NotReady
    if (!this.#parts.weight.spend(Lane.Query, query.weight, nowNs)) return Outcome.RateLimited
    return this.#parts.sender.send(session, { ...query, proof: Proof.Account }, nowNs)
  }

  #tellNotFound(slot: number, nowNs: MonoNs): void {
    const { table, events, account } = this.#parts
    const event = events.claim(VenueEventKind.NotFound, account, nowNs)
    event.instrument = table.instrument(slot)
    event.clientIdHi = table.clientIdHi(slot)
    event.clientIdLo = table.clientIdLo(slot)
    event.token = table.token(slot)
    events.publish()
  }

  #end(slot: number, complete: boolean, nowNs: MonoNs): void {
    const { table, reports } = this.#parts
    this.#askedUntilMs.delete(table.token(slot))
    reports.tellEnd(table.token(slot), complete, table.instrument(slot), nowNs)
  }

  #noticeRefusal(reply: ReplyEnvelope, nowNs: MonoNs): void {
    const words = this.#named(`query refused: ${reply.code} ${reply.message}`)
    this.#parts.notices.notice('warn', 'query_refused', words, nowNs)
  }

  #named(text: string): string {
    return `binance_spot account ${this.#parts.account}: ${text}`
  }
}

function weightOf(kind: RequestKind, since: RequestParams): number {
  if (kind !== RequestKind.Fills) return WEIGHT.allOrders
  return 'orderId' in since ? WEIGHT.orderFills : WEIGHT.fills
}

/** The reply's result as text. */
function resultText(reply: ReplyEnvelope): string {
  const { scanner } = reply
  scanner.reset(scanner.bytes, reply.resultAt, scanner.end)
  scanner.skipValue()
  return new TextDecoder().decode(scanner.bytes.subarray(reply.resultAt, scanner.position))
}
