// What a fresh WS API session does before it may carry orders, as one table.
//
//   measuring ──► logging on ──► subscribing ──► ready
//       ▲  (Ed25519 keys only)        │
//       └──── the venue refused the timestamp: measure the clock anew
//
// Steps: WebSocket API document of 2026-07-21, "session.logon", "userDataStream.subscribe" and
// "userDataStream.subscribe.signature".
import type { NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import { TransitionTable } from '#core/transitions.ts'
import type { MonoNs } from '#core/units.ts'
import type { ConnectionLife } from '#wire/connection-life.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { ReplyEnvelope } from './reply-envelope.ts'
import { RequestKind } from './request-table.ts'
import { NO_SUBJECT, Proof, type RequestSender } from './request-sender.ts'
import { CLOCK_SKEW_CODE } from './wire-codes.ts'

export const LogonStep = { Measuring: 0, LoggingOn: 1, Subscribing: 2, Ready: 3 } as const
export type LogonStep = (typeof LogonStep)[keyof typeof LogonStep]

export const LogonEvent = { ClockKnown: 0, LoggedOn: 1, Subscribed: 2, ClockRefused: 3 } as const
export type LogonEvent = (typeof LogonEvent)[keyof typeof LogonEvent]

const S = LogonStep
const E = LogonEvent
export const logonSteps = new TransitionTable('binance_spot logon', S, E, [
  [S.Measuring, E.ClockKnown, S.LoggingOn],
  [S.LoggingOn, E.LoggedOn, S.Subscribing],
  [S.LoggingOn, E.ClockRefused, S.Measuring], //   our clock moved since it was measured
  [S.Subscribing, E.Subscribed, S.Ready],
  [S.Subscribing, E.ClockRefused, S.Measuring],
])

/** A clock that is refused this often is not wrong by drift; the connection starts over. */
const CLOCK_REFUSALS_MAX = 3

export interface LogonParts {
  readonly sender: RequestSender
  readonly life: ConnectionLife
  readonly notices: NoticeSink
  /** For notices: `binance_spot account 0`. */
  readonly name: string
  /** Asks the venue's clock on this session; clockKnown() follows. */
  measure(session: WebSocketSession, nowNs: MonoNs): void
}

export class SessionLogon {
  readonly session: WebSocketSession
  readonly #parts: LogonParts
  #step: number = LogonStep.Measuring
  #clockRefusals = 0

  constructor(session: WebSocketSession, parts: LogonParts) {
    this.session = session
    this.#parts = parts
  }

  get isMeasuring(): boolean {
    return this.#step === LogonStep.Measuring
  }

  clockKnown(nowNs: MonoNs): void {
    if (!this.#enter(LogonEvent.ClockKnown)) return
    if (!this.#parts.sender.canLogOn) {
      this.#enter(LogonEvent.LoggedOn)
      this.#subscribe(nowNs)
      return
    }
    this.#send(RequestKind.Logon, 'session.logon', Proof.Signature, nowNs)
  }

  /** The answer to a Logon or Subscribe request of this session. */
  onReply(kind: RequestKind, reply: ReplyEnvelope, nowNs: MonoNs): void {
    if (reply.status !== 200) {
      this.#refused(kind, reply, nowNs)
    } else if (kind === RequestKind.Logon) {
      if (this.#enter(LogonEvent.LoggedOn)) this.#subscribe(nowNs)
    } else if (this.#enter(LogonEvent.Subscribed)) {
      this.#parts.life.ready(this.session, nowNs)
    }
  }

  #subscribe(nowNs: MonoNs): void {
    const { canLogOn } = this.#parts.sender
    const method = canLogOn ? 'userDataStream.subscribe' : 'userDataStream.subscribe.signature'
    const proof = canLogOn ? Proof.None : Proof.Signature
    this.#send(RequestKind.Subscribe, method, proof, nowNs)
  }

  #refused(kind: RequestKind, reply: ReplyEnvelope, nowNs: MonoNs): void {
    const { life, notices, name } = this.#parts
    this.#clockRefusals++
    const isClock = reply.code === CLOCK_SKEW_CODE && this.#clockRefusals <= CLOCK_REFUSALS_MAX
    if (isClock && this.#enter(LogonEvent.ClockRefused)) {
      this.#parts.measure(this.session, nowNs)
      return
    }
    const what = kind === RequestKind.Logon ? 'logon' : 'private stream'
    const detail = `${what} refused: ${reply.code} ${reply.message}`
    notices.notice('alarm', 'logon_refused', `${name}: ${detail}`, nowNs)
    life.fail(this.session, detail, nowNs)
  }

  #send(kind: RequestKind, method: string, proof: Proof, nowNs: MonoNs): void {
    const request = { kind, method, params: {}, proof, subject: NO_SUBJECT }
    const outcome = this.#parts.sender.send(this.session, request, nowNs)
    if (outcome !== Outcome.Ok) this.#parts.life.fail(this.session, `${method} not sent`, nowNs)
  }

  /** False for an answer that this step does not wait for: late, or said twice. */
  #enter(event: LogonEvent): boolean {
    const next = logonSteps.next(this.#step, event)
    if (next === -1) return false
    this.#step = next
    return true
  }
}
