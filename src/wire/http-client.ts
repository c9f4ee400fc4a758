// HTTP/1.1 requests to one server over a small pool of keep-alive connections.
//
//   request ─► waiting (bounded) ─► a free connection ─► in flight ─► onReply | onFailed, once
//
// What matters is what a failure means: `not_sent` when no byte of the request was ever written,
// `unknown` from then on. A request is moved to another connection only while nothing was written.
// It deliberately does not retry, redirect, decompress or keep cookies.
import { HTTP_REQUESTS_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { NO_TIMER, type TimerHandle, type TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { Dialer, LinkAddress } from './byte-link.ts'
import { ConnectionState, HttpConnection, type HttpConnectionOwner } from './http-connection.ts'
import { type HeaderFields } from './http-head.ts'
import { encodeHeadBeforeLength, type HttpMessageReader } from './http-message.ts'
import { LINK_PENDING_BYTES_MAX } from './link-state.ts'
import type { WireContext } from './websocket-session.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path with query, already percent-encoded. */
  readonly target: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  /** No answer by then: onFailed with `unknown` when any byte was sent, else `not_sent`. */
  readonly deadlineNs: MonoNs
}

export interface HttpReply {
  readonly status: number
  /** Lower-case names. */
  header(name: string): string | undefined
  /** Valid during the call only. */
  readonly body: Uint8Array
  text(): string
}

/** `not_sent`: the venue cannot have acted. `unknown`: it may have. */
export type HttpFailure = 'not_sent' | 'unknown'

export interface HttpListener {
  onReply(reply: HttpReply, nowNs: MonoNs): void
  onFailed(failure: HttpFailure, detail: string, nowNs: MonoNs): void
}

export interface HttpClientOptions {
  readonly address: LinkAddress
  /** Value of the Host header. */
  readonly host: string
  /** Keep-alive connections; a request never waits behind another on the same one. */
  readonly connectionsMax: number
  readonly bodyBytesMax: number
}

/** A server that does not accept within this is refused, so that its place in the pool is free. */
const DIAL_TIMEOUT_NS = 5 * NS_PER_S

const NO_FIELDS: HeaderFields = []

/** The head of the last request, up to its length. */
interface RequestHead {
  readonly method: string
  readonly target: string
  readonly headers: HeaderFields
  readonly text: string
}

/** One request on its way; it leaves the client's map before its listener is told. */
interface Exchange {
  readonly id: number
  readonly text: string
  readonly listener: HttpListener
  /** Null while no byte was written. */
  connection: HttpConnection | null
  timer: TimerHandle
}

export class HttpClient implements HttpConnectionOwner {
  readonly #dialer: Dialer
  readonly #timers: TimerWheel
  readonly #options: HttpClientOptions
  readonly #exchanges = new Map<number, Exchange>()
  readonly #waiting: Exchange[] = []
  readonly #connections = new Map<HttpConnection, Exchange | null>()
  #head: RequestHead = { method: '', target: '', headers: NO_FIELDS, text: '' }
  #nextId = 1
  #isClosed = false

  constructor(context: WireContext, options: HttpClientOptions) {
    this.#dialer = context.dialer
    this.#timers = context.timers
    this.#options = options
  }

  /**
   * Ok (the listener is called exactly once, never inside this call), Full, TooLarge, or NotReady
   * after close().
   * @throws EngineError when the target or a header cannot be sent as it is.
   */
  request(request: HttpRequest, listener: HttpListener, nowNs: MonoNs): Outcome {
    if (this.#isClosed) return Outcome.NotReady
    if (this.#exchanges.size >= HTTP_REQUESTS_MAX) return Outcome.Full
    const text = this.#encode(request)
    if (isBeyond(text, LINK_PENDING_BYTES_MAX)) return Outcome.TooLarge
    const id = this.#nextId++
    const timer = this.#timers.arm(this, id, request.deadlineNs)
    const exchange: Exchange = { id, text, listener, connection: null, timer }
    this.#exchanges.set(id, exchange)
    this.#waiting.push(exchange)
    this.#sendWaiting(nowNs)
    return Outcome.Ok
  }

  /** Ends all connections; requests in flight fail, in later callbacks. */
  close(nowNs: MonoNs): void {
    this.#isClosed = true
    for (const connection of this.#connections.keys()) connection.drop('the client was closed')
    for (const exchange of this.#waiting) {
      this.#timers.cancel(exchange.timer)
      exchange.timer = this.#timers.arm(this, exchange.id, nowNs)
    }
  }

  /** The deadline of the request that `token` names. */
  onTimer(token: number, nowNs: MonoNs): void {
    const exchange = this.#exchanges.get(token)
    if (exchange === undefined) return
    exchange.timer = NO_TIMER
    const connection = exchange.connection
    if (connection === null) {
      this.#waiting.splice(this.#waiting.indexOf(exchange), 1)
      const detail = this.#isClosed ? 'the client was closed' : 'no connection before the deadline'
      return this.#fail(exchange, 'not_sent', detail, nowNs)
    }
    // A late answer must not be taken for the next one's: the connection goes with the request.
    this.#connections.set(connection, null)
    connection.drop('its request ran out of time')
    this.#fail(exchange, 'unknown', 'no answer before the deadline', nowNs)
  }

  connectionFree(_connection: HttpConnection, nowNs: MonoNs): void {
    this.#sendWaiting(nowNs)
  }

  connectionAnswered(connection: HttpConnection, answer: HttpMessageReader, nowNs: MonoNs): void {
    const exchange = this.#connections.get(connection)
    if (exchange === undefined || exchange === null) return
    this.#connections.set(connection, null)
    this.#finish(exchange)
    exchange.listener.onReply(new AnswerReply(answer), nowNs)
  }

  connectionClosed(
    connection: HttpConnection,
    wasOpen: boolean,
    detail: string,
    nowNs: MonoNs,
  ): void {
    const exchange = this.#connections.get(connection)
    this.#connections.delete(connection)
    if (exchange !== undefined && exchange !== null) {
      this.#fail(exchange, 'unknown', `the connection ended: ${detail}`, nowNs)
    } else if (!wasOpen) {
      // One failed dial fails one request: the others have dials of their own.
      const waiting = this.#waiting.shift()
      if (waiting) this.#fail(waiting, 'not_sent', `no connection: ${detail}`, nowNs)
    }
    this.#sendWaiting(nowNs)
  }

  /** Orders differ in their bodies alone: a head that was checked once is kept for the next. */
  #encode(request: HttpRequest): string {
    const { method, target, headers = NO_FIELDS, body = '' } = request
    const head = this.#head
    if (head.method !== method || head.target !== target || head.headers !== headers) {
      const fields = [['Host', this.#options.host] as const, ...headers]
      this.#head = {
        method,
        target,
        headers,
        text: encodeHeadBeforeLength(method, target, fields),
      }
    }
    const isBodyUsual = method === 'POST' || method === 'PUT'
    if (body === '' && !isBodyUsual) return `${this.#head.text}\r\n`
    return `${this.#head.text}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }

  #sendWaiting(nowNs: MonoNs): void {
    if (this.#isClosed) return
    for (const connection of this.#connections.keys()) {
      if (this.#waiting.length === 0) return
      if (connection.state === ConnectionState.Free) this.#sendOn(connection)
    }
    this.#dialForWaiting(nowNs)
  }

  #sendOn(connection: HttpConnection): void {
    const exchange = this.#waiting[0]!
    if (connection.send(exchange.text) !== Outcome.Ok) return
    this.#waiting.shift()
    exchange.connection = connection
    this.#connections.set(connection, exchange)
  }

  #dialForWaiting(nowNs: MonoNs): void {
    let dialing = 0
    for (const connection of this.#connections.keys()) {
      if (connection.state === ConnectionState.Dialing) dialing++
    }
    const { address, bodyBytesMax, connectionsMax } = this.#options
    while (dialing < this.#waiting.length && this.#connections.size < connectionsMax) {
      const connection = new HttpConnection(this.#dialer, address, bodyBytesMax, this)
      this.#connections.set(connection, null)
      this.#timers.arm(new DialTimeout(connection), 0, monoNs(nowNs + DIAL_TIMEOUT_NS))
      dialing++
    }
  }

  #fail(exchange: Exchange, failure: HttpFailure, detail: string, nowNs: MonoNs): void {
    this.#finish(exchange)
    exchange.listener.onFailed(failure, detail, nowNs)
  }

  #finish(exchange: Exchange): void {
    this.#timers.cancel(exchange.timer)
    this.#exchanges.delete(exchange.id)
  }
}

/** Gives up a connection that is still dialing when its time is over. */
class DialTimeout {
  readonly #connection: HttpConnection

  constructor(connection: HttpConnection) {
    this.#connection = connection
  }

  onTimer(): void {
    if (this.#connection.state !== ConnectionState.Dialing) return
    this.#connection.drop('the server did not accept it in time')
  }
}

class AnswerReply implements HttpReply {
  readonly status: number
  readonly body: Uint8Array
  readonly #headers: ReadonlyMap<string, string>

  constructor(answer: HttpMessageReader) {
    this.status = answer.head?.status ?? 0
    this.body = answer.body
    this.#headers = answer.head?.headers ?? new Map()
  }

  header(name: string): string | undefined {
    return this.#headers.get(name)
  }

  text(): string {
    return Buffer.from(this.body).toString('utf8')
  }
}

/** A UTF-16 unit is at most three bytes of UTF-8: short texts need not be counted. */
function isBeyond(text: string, bytesMax: number): boolean {
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}
