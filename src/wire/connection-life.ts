// Keeps one venue connection alive: connect, log on, live, replace before the venue's daily cut,
// reconnect with backoff when it is lost.
//
//   down ──► connecting ──► readying ──► live ──► replacing ──► replacement readying ──► live
//     ▲          │              │          │          (the old session serves all the while)
//     └──────────┴── backoff ───┴──────────┘
//
// It knows nothing of what is said on the socket: the protocol logs on and calls ready().
import { assert } from '#core/assert.ts'
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import { backoffDelayNs } from './backoff.ts'
import { LifeEvent, LifeState, lifeTransitions } from './connection-state.ts'
import { RegionPool } from './region-pool.ts'
import { CloseCode } from './websocket-frame.ts'
import {
  WebSocketSession,
  type SessionEnd,
  type WebSocketListener,
  type WebSocketOptions,
  type WireContext,
} from './websocket-session.ts'

/** What a venue supplies to a connection's life: bytes and their meaning. */
export interface ConnectionProtocol {
  /** The socket opened: log on and subscribe, and call life.ready(session) once that is done. */
  onOpen(session: WebSocketSession, nowNs: MonoNs): void
  /**
   * Also from a session that is not the current one: being readied, or just rotated out. True when
   * it should be acted on before the next message.
   */
  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): boolean
  /** Any frame on the current session. */
  onAlive(nowNs: MonoNs): void
  /** `session` became the current one: first time, after a reconnect, or by rotation. */
  onLive(session: WebSocketSession, nowNs: MonoNs): void
  /** The current session (not a rotated-out one) was lost: what was said may be missing. */
  onDown(detail: string, nowNs: MonoNs): void
}

export interface ConnectionOptions {
  /** For notices: `binance_spot market stream`. */
  readonly name: string
  /** Read anew at each dial: the path may carry a token. */
  socket(): WebSocketOptions
  /** ready() must come within this of the dial, else the session is dropped. */
  readonly readyTimeoutNs: number
  /** A live session is replaced, make before break, at this age ± 5 %. */
  readonly rotateAfterNs: number
  readonly backoffFirstNs: number
  readonly backoffMaxNs: number
  /** A rotated-out session stays open this long for answers under way; one second by default. */
  readonly lingerNs?: number
  /** Where its sessions receive; memory of its own by default. */
  readonly regions?: RegionPool
}

const LINGER_NS = NS_PER_S
const ROTATION_SPREAD = 0.05

const Token = { Retry: 0, ReadyTimeout: 1, Rotate: 2, LingerOver: 3 } as const

export class ConnectionLife implements WebSocketListener {
  readonly #context: WireContext & { readonly notices: NoticeSink }
  readonly #options: ConnectionOptions
  readonly #protocol: ConnectionProtocol
  readonly #regions: RegionPool
  #state: LifeState = LifeState.Stopped
  #current: WebSocketSession | null = null
  #candidate: WebSocketSession | null = null
  /** Rotated out, still open for answers under way. */
  #retired: WebSocketSession | null = null
  #retryTimer: TimerHandle = NO_TIMER
  #readyTimer: TimerHandle = NO_TIMER
  #rotateTimer: TimerHandle = NO_TIMER
  #lingerTimer: TimerHandle = NO_TIMER
  /** Attempts since the connection was last live for a while. */
  #attempts = 0
  #liveSinceNs = monoNs(0)
  #timesUp = 0
  #noticedDetail = ''

  constructor(
    context: WireContext & { readonly notices: NoticeSink },
    options: ConnectionOptions,
    protocol: ConnectionProtocol,
  ) {
    this.#context = context
    this.#options = options
    this.#protocol = protocol
    this.#regions = options.regions ?? new RegionPool()
  }

  /** The live session, or null. */
  get current(): WebSocketSession | null {
    return this.#current
  }

  /** How often it came back after a loss; rotations are not counted. */
  get reconnects(): number {
    return Math.max(0, this.#timesUp - 1)
  }

  /** Dials; nothing is called back from inside. Already started: nothing happens. */
  start(nowNs: MonoNs): void {
    if (!lifeTransitions.allows(this.#state, LifeEvent.Start)) return
    this.#step(LifeEvent.Start)
    this.#connect(nowNs)
  }

  /** Closes everything gracefully and for good; the protocol hears nothing more. */
  stop(nowNs: MonoNs): void {
    if (!lifeTransitions.allows(this.#state, LifeEvent.Stop)) return
    this.#step(LifeEvent.Stop)
    const { timers } = this.#context
    for (const timer of [
      this.#retryTimer,
      this.#readyTimer,
      this.#rotateTimer,
      this.#lingerTimer,
    ]) {
      timers.cancel(timer)
    }
    const sessions = [this.#current, this.#candidate, this.#retired]
    this.#current = null
    this.#candidate = null
    this.#retired = null
    for (const session of sessions) session?.close(CloseCode.Normal, 'stopped', nowNs)
  }

  /** The protocol finished its logon and subscriptions on `session`; stale calls are ignored. */
  ready(session: WebSocketSession, nowNs: MonoNs): void {
    if (session !== this.#candidate) return
    if (!lifeTransitions.allows(this.#state, LifeEvent.CandidateReady)) return
    this.#step(LifeEvent.CandidateReady)
    this.#context.timers.cancel(this.#readyTimer)
    const replaced = this.#current
    this.#current = session
    this.#candidate = null
    if (replaced === null) this.#cameUp(nowNs)
    else this.#rotated(replaced, nowNs)
    this.#armRotation(this.#options.rotateAfterNs, nowNs)
    this.#protocol.onLive(session, nowNs)
  }

  /**
   * The protocol found `session` unusable (refused logon, silent): drop it and reconnect with
   * backoff. onDown is called before this returns when it was the current one.
   */
  fail(session: WebSocketSession, detail: string, nowNs: MonoNs): void {
    if (session !== this.#current && session !== this.#candidate) return
    this.#lost(session, detail, nowNs)
    session.close(CloseCode.Normal, '', nowNs)
  }

  /** Replace the current session now, make before break (serverShutdown). */
  rotate(nowNs: MonoNs): void {
    if (!lifeTransitions.allows(this.#state, LifeEvent.RotationDue)) return
    this.#step(LifeEvent.RotationDue)
    this.#context.timers.cancel(this.#rotateTimer)
    this.#connect(nowNs)
  }

  onOpen(session: WebSocketSession, nowNs: MonoNs): void {
    if (session !== this.#candidate) return
    this.#step(LifeEvent.CandidateOpened)
    this.#protocol.onOpen(session, nowNs)
  }

  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): boolean {
    if (!this.#isListenedTo(session)) return false
    return this.#protocol.onMessage(session, bytes, start, end, isText, nowNs)
  }

  onAlive(session: WebSocketSession, nowNs: MonoNs): void {
    if (session === this.#current) this.#protocol.onAlive(nowNs)
  }

  onClosed(session: WebSocketSession, code: SessionEnd, detail: string, nowNs: MonoNs): void {
    this.#regions.giveBack(session.region)
    if (session === this.#retired) this.#retired = null
    else this.#lost(session, `${code}: ${detail}`, nowNs)
  }

  onTimer(token: number, nowNs: MonoNs): void {
    if (token === Token.Retry) {
      this.#step(LifeEvent.RetryDue)
      this.#connect(nowNs)
    } else if (token === Token.Rotate) {
      this.rotate(nowNs)
    } else if (token === Token.LingerOver) {
      this.#closeRetired(nowNs)
    } else if (this.#candidate !== null) {
      this.fail(this.#candidate, 'it was not ready in time', nowNs)
    }
  }

  #isListenedTo(session: WebSocketSession): boolean {
    if (session === this.#current) return true
    return session === this.#candidate || session === this.#retired
  }

  #connect(nowNs: MonoNs): void {
    const region = this.#regions.take()
    const session = new WebSocketSession(this.#context, this.#options.socket(), this, region)
    this.#candidate = session
    this.#readyTimer = this.#arm(Token.ReadyTimeout, nowNs + this.#options.readyTimeoutNs)
    session.connect(nowNs)
  }

  #lost(session: WebSocketSession, detail: string, nowNs: MonoNs): void {
    if (session === this.#current) this.#currentLost(detail, nowNs)
    else if (session === this.#candidate) this.#candidateLost(detail, nowNs)
  }

  #currentLost(detail: string, nowNs: MonoNs): void {
    this.#step(LifeEvent.CurrentLost)
    this.#current = null
    this.#context.timers.cancel(this.#rotateTimer)
    // A connection that dies young again and again must not be redialled at full speed.
    if (nowNs - this.#liveSinceNs >= this.#options.backoffMaxNs) this.#attempts = 0
    this.#notice('warn', 'connection_lost', `lost (${detail})`, nowNs)
    this.#noticedDetail = ''
    if (this.#state === LifeState.Down) this.#armRetry(nowNs)
    this.#protocol.onDown(detail, nowNs)
  }

  #candidateLost(detail: string, nowNs: MonoNs): void {
    this.#step(LifeEvent.CandidateLost)
    this.#candidate = null
    this.#context.timers.cancel(this.#readyTimer)
    const isRotation = this.#state === LifeState.Live
    if (detail !== this.#noticedDetail) {
      const code = isRotation ? 'connection_not_replaced' : 'connection_failed'
      const text = isRotation ? 'not replaced yet' : 'cannot connect, trying on'
      this.#notice('warn', code, `${text} (${detail})`, nowNs)
      this.#noticedDetail = detail
    }
    if (isRotation) this.#armRotation(this.#nextDelayNs(), nowNs)
    else this.#armRetry(nowNs)
  }

  #cameUp(nowNs: MonoNs): void {
    this.#timesUp++
    this.#liveSinceNs = nowNs
    this.#noticedDetail = ''
    const text = this.#timesUp === 1 ? 'live' : `live again (reconnect ${this.reconnects})`
    this.#notice('info', 'connection_live', text, nowNs)
  }

  #rotated(replaced: WebSocketSession, nowNs: MonoNs): void {
    this.#closeRetired(nowNs)
    this.#retired = replaced
    this.#lingerTimer = this.#arm(Token.LingerOver, nowNs + (this.#options.lingerNs ?? LINGER_NS))
    this.#attempts = 0
    this.#noticedDetail = ''
    this.#notice('info', 'connection_replaced', 'replaced without a gap', nowNs)
  }

  /** It stays listened to until its close handshake is over. */
  #closeRetired(nowNs: MonoNs): void {
    this.#context.timers.cancel(this.#lingerTimer)
    this.#retired?.close(CloseCode.Normal, 'replaced', nowNs)
  }

  #armRetry(nowNs: MonoNs): void {
    this.#retryTimer = this.#arm(Token.Retry, nowNs + this.#nextDelayNs())
  }

  #armRotation(afterNs: number, nowNs: MonoNs): void {
    const spread = 1 + ROTATION_SPREAD * (2 * this.#context.prng.nextFraction() - 1)
    this.#rotateTimer = this.#arm(Token.Rotate, nowNs + Math.round(afterNs * spread))
  }

  #nextDelayNs(): number {
    const { backoffFirstNs, backoffMaxNs } = this.#options
    return backoffDelayNs(this.#attempts++, backoffFirstNs, backoffMaxNs, this.#context.prng)
  }

  #arm(token: number, deadlineNs: number): TimerHandle {
    return this.#context.timers.arm(this, token, monoNs(deadlineNs))
  }

  #notice(level: NoticeLevel, code: string, text: string, nowNs: MonoNs): void {
    this.#context.notices.notice(level, code, `${this.#options.name}: ${text}`, nowNs)
  }

  #step(event: number): void {
    const next = lifeTransitions.next(this.#state, event)
    assert(next >= 0, 'a venue connection left its table')
    this.#state = next as LifeState
  }
}
