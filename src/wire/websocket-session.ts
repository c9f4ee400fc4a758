import type { Outcome } from '#core/outcome.ts'
import type { Prng } from '#core/prng.ts'
import type { TimerWheel } from '#core/timer-wheel.ts'
import type { MonoNs } from '#core/units.ts'
import type { Dialer, LinkAddress } from './byte-link.ts'
import type { ReceiveRegion } from './receive-region.ts'

export interface WebSocketListener {
  onOpen(session: WebSocketSession, nowNs: MonoNs): void
  /** One whole message in `bytes[start, end)`, valid during the call only. */
  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    nowNs: MonoNs,
  ): void
  /** Any frame, pong included: proof that the stream lives. Called before onMessage. */
  onAlive(session: WebSocketSession, nowNs: MonoNs): void
  /** Exactly once after connect(); nothing follows it. */
  onClosed(session: WebSocketSession, code: string, detail: string, nowNs: MonoNs): void
}

export interface WebSocketOptions {
  readonly address: LinkAddress
  /** Path with query: `/ws-api/v3`. */
  readonly path: string
  readonly headers?: readonly (readonly [string, string])[]
  /** We ping after this much silence; 0 = never. */
  readonly pingAfterNs: number
  /** No frame for this long after a ping: the link is half-open, close it. */
  readonly silenceMaxNs: number
  readonly connectTimeoutNs: number
  readonly messageBytesMax: number
}

export interface WireContext {
  readonly dialer: Dialer
  readonly timers: TimerWheel
  readonly prng: Prng
}

export class WebSocketSession {
  constructor(
    _context: WireContext,
    _options: WebSocketOptions,
    _listener: WebSocketListener,
    _region?: ReceiveRegion,
  ) {
    throw new Error('not built yet')
  }

  get isOpen(): boolean {
    throw new Error('not built yet')
  }

  connect(_nowNs: MonoNs): void {
    throw new Error('not built yet')
  }

  /** Hot path: one masked text frame in one write. Ok, NotReady, TooLarge or Full. */
  sendText(_bytes: Uint8Array, _start: number, _end: number, _nowNs: MonoNs): Outcome {
    throw new Error('not built yet')
  }

  /** Cold path: subscriptions, logons. */
  sendTextString(_text: string, _nowNs: MonoNs): Outcome {
    throw new Error('not built yet')
  }

  /** Starts the close handshake; onClosed follows at the latest after a second. */
  close(_code: number, _reason: string, _nowNs: MonoNs): void {
    throw new Error('not built yet')
  }
}
