// Cold requests on the WS API: logon, subscriptions, the clock, queries, and everything of an
// account whose key cannot log a session on, which signs each request by itself.
// It numbers a request, stamps it with the venue's time, signs it where needed and sends it.
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import type { Signer } from '#wire/signatures.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import type { Credentials } from '#venue/venue.ts'
import type { ClockOffset } from './clock-offset.ts'
import { RECEIVE_WINDOW_MS, requestText, type RequestParams } from './endpoints.ts'
import { RequestKind, type RequestTable } from './request-table.ts'

/** How a request proves who sent it. */
export const Proof = {
  /** Public: no timestamp either. */
  None: 0,
  /** The session's logon where the key can log on, its own signature elsewhere. */
  Account: 1,
  /** Its own signature in any case: the logon itself. */
  Signature: 2,
} as const
export type Proof = (typeof Proof)[keyof typeof Proof]

/** What the answer will be about; kept in the request table. */
export interface RequestSubject {
  readonly instrument: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly token: number
}

export const NO_SUBJECT: RequestSubject = { instrument: -1, clientIdHi: 0, clientIdLo: 0, token: 0 }

export interface ColdRequest {
  readonly kind: RequestKind
  readonly method: string
  readonly params: RequestParams
  readonly proof: Proof
  readonly subject: RequestSubject
}

export class RequestSender {
  readonly #table: RequestTable
  readonly #clock: ClockOffset
  readonly #apiKey: string
  readonly #signer: Signer

  constructor(table: RequestTable, clock: ClockOffset, credentials: Credentials, signer: Signer) {
    this.#table = table
    this.#clock = clock
    this.#apiKey = credentials.key
    this.#signer = signer
  }

  /** Only Ed25519 keys may log a session on. */
  get canLogOn(): boolean {
    return this.#signer.kind === 'ed25519'
  }

  /** Ok: the answer, a timeout or the loss of the session follows. Otherwise nothing was sent. */
  send(session: WebSocketSession, request: ColdRequest, nowNs: MonoNs): Outcome {
    const table = this.#table
    const slot = table.take(request.kind, session, nowNs)
    if (slot === -1) return Outcome.Full
    const { instrument, clientIdHi, clientIdLo, token } = request.subject
    table.setSubject(slot, instrument, clientIdHi, clientIdLo, token)
    const text = this.#textOf(table.id(slot), request, nowNs)
    const outcome = session.sendTextString(text, nowNs)
    if (outcome !== Outcome.Ok) table.release(slot)
    return outcome
  }

  #textOf(id: number, request: ColdRequest, nowNs: MonoNs): string {
    const { method, params, proof } = request
    if (proof === Proof.None) return requestText(id, method, params)
    const timestamp = this.#clock.venueTimeMs(nowNs)
    const stamped = { ...params, recvWindow: RECEIVE_WINDOW_MS, timestamp }
    if (proof === Proof.Account && this.canLogOn) return requestText(id, method, stamped)
    return requestText(id, method, { ...stamped, apiKey: this.#apiKey }, this.#signer)
  }
}
