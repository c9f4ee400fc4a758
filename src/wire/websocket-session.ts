// Hot path.
// One WebSocket from dial to close: a client's side of RFC 6455 over a byte link.
//
// It lives once: connect(), then exactly one onClosed. Reconnecting is connection-life.ts. A peer
// that falls silent is pinged, and dropped when it stays silent: a half-open link looks like a
// quiet market until somebody asks. Nothing is called back from inside connect, send or close.
import { assert } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import type { Prng } from '#core/prng.ts'
import { NO_TIMER, type TimerHandle, type TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import { LinkClose } from './byte-link.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from './byte-link.ts'
import { HttpMessageReader } from './http-message.ts'
import { ReceiveRegion } from './receive-region.ts'
import { SessionEvent, SessionState, sessionTransitions } from './session-state.ts'
import { CloseCode, CONTROL_PAYLOAD_BYTES_MAX, Opcode } from './websocket-frame.ts'
import { createWebSocketKey, encodeUpgradeRequest, upgradeRefusal } from './websocket-handshake.ts'
import { WebSocketReader } from './websocket-reader.ts'
import { WebSocketWriter } from './websocket-writer.ts'

/** Why a session ended: who reacts differs, so it is a word and not a text. */
export type SessionEnd =
  /** Never open: nothing was sent. */
  | 'refused'
  /** The server answered the upgrade with something else than a 101 for us. */
  | 'handshake_refused'
  /** Not open within connectTimeoutNs. */
  | 'timeout'
  /** close() was called. */
  | 'closed_by_us'
  /** A close frame; the detail has its code and reason. */
  | 'closed_by_peer'
  /** The link ended or broke without a close frame. */
  | 'lost'
  /** Silence after our ping. */
  | 'half_open'
  /** The peer breached RFC 6455 or a limit. */
  | 'protocol_error'

export interface WebSocketListener {
  onOpen(session: WebSocketSession, nowNs: MonoNs): void
  /**
   * One whole message in `bytes[start, end)`, valid during the call only. True when it should be
   * acted on before the next one is decoded: a turn comes between, also within one read.
   */
  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): boolean
  /** Any frame, pong included: proof that the stream lives. Called before onMessage. */
  onAlive(session: WebSocketSession, nowNs: MonoNs): void
  /** Exactly once after connect(); nothing follows it. */
  onClosed(session: WebSocketSession, code: SessionEnd, detail: string, nowNs: MonoNs): void
}

export interface WebSocketOptions {
  readonly address: LinkAddress
  /** Path with query: `/ws-api/v3`. */
  readonly path: string
  readonly headers?: readonly (readonly [string, string])[]
  /** We ping after this much silence; 0 = never. */
  readonly pingAfterNs: number
  /** Not a byte for this long after a ping: the link is half-open, drop it. */
  readonly silenceMaxNs: number
  readonly connectTimeoutNs: number
  readonly messageBytesMax: number
}

export interface WireContext {
  readonly dialer: Dialer
  readonly timers: TimerWheel
  readonly prng: Prng
}

/** The peer's close frame, or its end of the stream, must come within this. */
const CLOSE_NS = NS_PER_S
const HANDSHAKE_BODY_BYTES_MAX = 16_384
const NO_BYTES = new Uint8Array(0)

const Token = { ConnectTimeout: 0, PingDue: 1, SilenceMax: 2, CloseTimeout: 3 } as const

export class WebSocketSession {
  readonly #dialer: Dialer
  readonly #timers: TimerWheel
  readonly #options: WebSocketOptions
  readonly #listener: WebSocketListener
  /** What it receives into. */
  readonly region: ReceiveRegion
  readonly #reader: WebSocketReader
  readonly #writer: WebSocketWriter
  readonly #linkListener: LinkListener
  readonly #handshake = new HttpMessageReader('response', HANDSHAKE_BODY_BYTES_MAX)
  readonly #key: string
  readonly #request: Uint8Array
  #link: ByteLink | null = null
  #state: SessionState = SessionState.Idle
  #timer: TimerHandle = NO_TIMER
  #lastBytesNs = monoNs(0)
  #pingedNs = monoNs(0)
  #end: SessionEnd = 'lost'
  #endDetail = ''

  /**
   * `region` may be handed to another session after onClosed.
   * @throws EngineError when the path or a header cannot be sent as it is.
   */
  constructor(
    context: WireContext,
    options: WebSocketOptions,
    listener: WebSocketListener,
    region: ReceiveRegion = new ReceiveRegion(),
  ) {
    const prng: Prng = context.prng
    this.#dialer = context.dialer
    this.#timers = context.timers
    this.#options = options
    this.#listener = listener
    this.region = region
    this.#reader = new WebSocketReader(region, 'client', options.messageBytesMax, {
      onFrame: (nowNs) => this.#listener.onAlive(this, nowNs),
      onMessage: (bytes, start, end, isText, nowNs) =>
        this.#listener.onMessage(this, bytes, start, end, isText, nowNs),
      onPing: (bytes, start, end) => this.#sendControl(Opcode.Pong, bytes, start, end),
      onClose: (code, reason) => this.#closedByPeer(code, reason),
    })
    this.#linkListener = {
      onOpen: () => this.#linkOpened(),
      onBytes: (_region, nowNs) => this.#linkBytes(nowNs),
      onClosed: (reason, detail, nowNs) => this.#linkClosed(reason, detail, nowNs),
    }
    this.#writer = new WebSocketWriter('client', prng)
    this.#key = createWebSocketKey(prng)
    const headers = options.headers ?? []
    this.#request = encodeUpgradeRequest(options.address, options.path, headers, this.#key)
  }

  get isOpen(): boolean {
    return this.#state === SessionState.Open
  }

  connect(nowNs: MonoNs): void {
    this.#step(SessionEvent.Connect)
    this.region.reset()
    this.#arm(Token.ConnectTimeout, nowNs + this.#options.connectTimeoutNs)
    this.#link = this.#dialer.dial(this.#options.address, this.region, this.#linkListener)
  }

  /** One masked text frame in one write. Ok, NotReady, TooLarge or Full. */
  sendText(bytes: Uint8Array, start: number, end: number, _nowNs: MonoNs): Outcome {
    const link = this.#link
    if (link === null || this.#state !== SessionState.Open) return Outcome.NotReady
    const frameBytes = this.#writer.compose(link.out, Opcode.Text, bytes, start, end)
    return frameBytes === 0 ? Outcome.TooLarge : link.send(frameBytes)
  }

  /** Everything that sendText does but the write: the frame is composed and overwritten later. */
  rehearseText(bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link
    if (link === null || this.#state !== SessionState.Open) return
    this.#writer.compose(link.out, Opcode.Text, bytes, start, end)
  }

  /** Cold path: subscriptions, logons; of any size. Ok, NotReady or Full. */
  sendTextString(text: string, _nowNs: MonoNs): Outcome {
    const link = this.#link
    if (link === null || this.#state !== SessionState.Open) return Outcome.NotReady
    return link.write(this.#writer.frame(Opcode.Text, Buffer.from(text, 'utf8')))
  }

  /**
   * Starts the close handshake; onClosed follows at the latest after a second. Until the peer's
   * own close frame its messages are still handed out: answers under way are not thrown away.
   */
  close(code: number, reason: string, nowNs: MonoNs): void {
    if (!sessionTransitions.allows(this.#state, SessionEvent.End)) return
    const wasOpen = this.#state === SessionState.Open
    this.#beginEnd('closed_by_us', reason, nowNs)
    if (wasOpen) this.#sendClose(code, reason)
    else this.#link?.abort()
  }

  onTimer(token: number, nowNs: MonoNs): void {
    this.#timer = NO_TIMER
    if (token === Token.PingDue) this.#pingIfSilent(nowNs)
    else if (token === Token.SilenceMax) this.#dropIfSilent(nowNs)
    else {
      if (token === Token.ConnectTimeout) this.#beginEnd('timeout', this.#timeoutDetail(), nowNs)
      this.#link?.abort()
    }
  }

  #linkOpened(): void {
    if (this.#state !== SessionState.Dialing) return
    this.#step(SessionEvent.LinkOpened)
    this.#link?.write(this.#request)
  }

  #linkBytes(nowNs: MonoNs): boolean {
    this.#lastBytesNs = nowNs
    if (this.#state === SessionState.Handshaking) this.#readHandshake(nowNs)
    if (this.#state !== SessionState.Handshaking) this.#readFrames(nowNs)
    return this.#reader.isTurnDue
  }

  #readFrames(nowNs: MonoNs): void {
    const closeCode = this.#reader.read(nowNs)
    if (closeCode === 0) return
    const breach = this.#reader.breach
    if (this.#state === SessionState.Open) {
      this.#beginEnd('protocol_error', breach, nowNs)
      this.#sendClose(closeCode, breach)
    }
    this.#link?.close()
  }

  #readHandshake(nowNs: MonoNs): void {
    const handshake = this.#handshake
    const state = handshake.read(this.region)
    if (state === 'refused') this.#refuseHandshake(handshake.refusal, nowNs)
    if (state !== 'complete' || handshake.head === null) return
    const refusal = upgradeRefusal(handshake.head, handshake.body, this.#key)
    if (refusal !== '') return this.#refuseHandshake(refusal, nowNs)
    this.#step(SessionEvent.Upgraded)
    this.#timers.cancel(this.#timer)
    this.#timer = NO_TIMER
    if (this.#options.pingAfterNs > 0) this.#arm(Token.PingDue, nowNs + this.#options.pingAfterNs)
    this.#listener.onOpen(this, nowNs)
  }

  #refuseHandshake(detail: string, nowNs: MonoNs): void {
    const head = this.#handshake.head
    // A body beyond the limit is no reason to hide the status that it explains.
    const isStatusKnown = head !== null && head.status !== 101
    const refusal = isStatusKnown ? upgradeRefusal(head, this.#handshake.body, this.#key) : detail
    this.#reader.stop()
    this.#beginEnd('handshake_refused', refusal, nowNs)
    this.#link?.close()
  }

  #closedByPeer(code: number, reason: string): void {
    const detail = reason === '' ? `code ${code}` : `code ${code}: ${reason}`
    if (this.#state === SessionState.Open) {
      this.#beginEnd('closed_by_peer', detail, this.#lastBytesNs)
      this.#sendClose(code === CloseCode.NoStatus ? CloseCode.Normal : code, '')
    }
    this.#link?.close()
  }

  #linkClosed(reason: LinkClose, detail: string, nowNs: MonoNs): void {
    const before = this.#state
    this.#step(SessionEvent.LinkClosed)
    this.#timers.cancel(this.#timer)
    this.#reader.stop()
    if (before !== SessionState.Closing) {
      this.#end = reason === LinkClose.Refused ? 'refused' : 'lost'
      this.#endDetail = detail
      if (before === SessionState.Handshaking) this.#explainHandshakeEnd(detail)
    }
    this.#listener.onClosed(this, this.#end, this.#endDetail, nowNs)
  }

  /** A refusal may have been cut short, or its body may have run until the end of the stream. */
  #explainHandshakeEnd(detail: string): void {
    const head = this.#handshake.head
    this.#end = 'handshake_refused'
    this.#endDetail =
      head === null
        ? `the server ended before it answered: ${detail}`
        : upgradeRefusal(head, this.#handshake.body, this.#key)
  }

  #pingIfSilent(nowNs: MonoNs): void {
    const dueNs = this.#lastBytesNs + this.#options.pingAfterNs
    if (nowNs < dueNs) {
      this.#arm(Token.PingDue, dueNs)
      return
    }
    this.#pingedNs = nowNs
    this.#sendControl(Opcode.Ping, NO_BYTES, 0, 0)
    this.#arm(Token.SilenceMax, nowNs + this.#options.silenceMaxNs)
  }

  #dropIfSilent(nowNs: MonoNs): void {
    if (this.#lastBytesNs >= this.#pingedNs) return this.#pingIfSilent(nowNs)
    this.#beginEnd('half_open', 'no answer to a ping', nowNs)
    this.#link?.abort()
  }

  /** One second from here to the end, whatever the peer does. */
  #beginEnd(end: SessionEnd, detail: string, nowNs: MonoNs): void {
    this.#step(SessionEvent.End)
    this.#end = end
    this.#endDetail = detail
    this.#timers.cancel(this.#timer)
    this.#arm(Token.CloseTimeout, nowNs + CLOSE_NS)
  }

  #sendClose(code: number, reason: string): void {
    const payload = Buffer.alloc(CONTROL_PAYLOAD_BYTES_MAX)
    payload.writeUInt16BE(code, 0)
    // `write` never cuts a character in two.
    const reasonBytes = payload.write(reason, 2, 'utf8')
    this.#sendControl(Opcode.Close, payload, 0, 2 + reasonBytes)
  }

  /** A control frame that finds no room is dropped: the peer does not read, and time will tell. */
  #sendControl(opcode: Opcode, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link
    if (link === null) return
    link.send(this.#writer.compose(link.out, opcode, bytes, start, end))
  }

  #timeoutDetail(): string {
    return this.#state === SessionState.Dialing
      ? 'the server did not accept the connection in time'
      : 'the server did not answer the WebSocket handshake in time'
  }

  #arm(token: number, deadlineNs: number): void {
    this.#timer = this.#timers.arm(this, token, monoNs(deadlineNs))
  }

  #step(event: number): void {
    const next = sessionTransitions.next(this.#state, event)
    assert(next >= 0, 'a websocket session left its table')
    this.#state = next as SessionState
  }
}
