import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import type { WebSocketOptions, WebSocketSession, WireContext } from './websocket-session.ts'

/** What a venue supplies to a connection's life: bytes and their meaning. */
export interface ConnectionProtocol {
  /** The socket opened: send what logs on and subscribes; call life.ready(session) once it is done. */
  onOpen(session: WebSocketSession, nowNs: MonoNs): void
  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): void
  /** Any frame on the current session. */
  onAlive(nowNs: MonoNs): void
  /** `session` became the current one: first time, after a reconnect, or by rotation. */
  onLive(session: WebSocketSession, nowNs: MonoNs): void
  /** The current session was lost (not called for a rotated-out one): what was said may be missing. */
  onDown(detail: string, nowNs: MonoNs): void
}

export interface ConnectionOptions {
  /** For notices: `binance_spot market stream`. */
  readonly name: string
  /** Read anew at each dial: the path may carry a token. */
  socket(): WebSocketOptions
  /** ready() must come within this, else the session is dropped. */
  readonly readyTimeoutNs: number
  /** A live session is replaced, make before break, at this age ± 5 %. */
  readonly rotateAfterNs: number
  readonly backoffFirstNs: number
  readonly backoffMaxNs: number
}

export class ConnectionLife {
  constructor(
    _context: WireContext & { readonly notices: NoticeSink },
    _options: ConnectionOptions,
    _protocol: ConnectionProtocol,
  ) {
    throw new Error('not built yet')
  }

  /** The live session, or null. */
  get current(): WebSocketSession | null {
    throw new Error('not built yet')
  }

  get reconnects(): number {
    throw new Error('not built yet')
  }

  start(_nowNs: MonoNs): void {
    throw new Error('not built yet')
  }

  stop(_nowNs: MonoNs): void {
    throw new Error('not built yet')
  }

  /** The protocol finished its logon and subscriptions on `session`. */
  ready(_session: WebSocketSession, _nowNs: MonoNs): void {
    throw new Error('not built yet')
  }

  /** The protocol found `session` unusable (refused logon, silent): drop it and reconnect with backoff. */
  fail(_session: WebSocketSession, _detail: string, _nowNs: MonoNs): void {
    throw new Error('not built yet')
  }

  /** Replace the current session now, make before break (serverShutdown). */
  rotate(_nowNs: MonoNs): void {
    throw new Error('not built yet')
  }
}
