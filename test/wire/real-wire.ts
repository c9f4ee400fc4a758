// The engine's surroundings in small, for tests over real sockets: a clock, a wheel that a short
// interval advances, a dialer, and a way to wait for what a listener is told.
import { RealClock } from '#core/real-clock.ts'
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { NetDialer, type NetDialerOptions } from '#wire/net-link.ts'
import type {
  SessionEnd,
  WebSocketListener,
  WebSocketOptions,
  WebSocketSession,
} from '#wire/websocket-session.ts'

export class RealWire {
  readonly clock = new RealClock()
  readonly timers = new TimerWheel(1_024)
  readonly prng = new Prng(1)
  readonly dialer: NetDialer
  turns = 0
  readonly #interval: NodeJS.Timeout

  constructor(options: NetDialerOptions = {}) {
    this.dialer = new NetDialer(
      this.clock,
      () => {
        this.turns++
      },
      options,
    )
    this.#interval = setInterval(() => this.timers.advance(this.clock.nowNs()), 5)
  }

  stop(): void {
    clearInterval(this.#interval)
  }
}

export function socketOptions(port: number, changed: Partial<WebSocketOptions> = {}) {
  return {
    address: { host: '127.0.0.1', port, tls: false },
    path: '/ws?x=1',
    pingAfterNs: 0,
    silenceMaxNs: 100e6,
    connectTimeoutNs: 5e9,
    messageBytesMax: 1 << 20,
    ...changed,
  }
}

/** Waits until `isTrue` holds; the test's own timeout is the limit. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Writes down everything a session says. */
export class SessionRecorder implements WebSocketListener {
  readonly texts: string[] = []
  readonly sizes: number[] = []
  opened = 0
  alive = 0
  closed: { code: SessionEnd; detail: string }[] = []
  onOpened: (session: WebSocketSession) => void = () => {}
  onText: (session: WebSocketSession, text: string) => void = () => {}

  onOpen(session: WebSocketSession): void {
    this.opened++
    this.onOpened(session)
  }

  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
  ): boolean {
    const text = Buffer.from(bytes.subarray(start, end)).toString(isText ? 'utf8' : 'hex')
    this.texts.push(text)
    this.sizes.push(end - start)
    this.onText(session, text)
    return false
  }

  onAlive(): void {
    this.alive++
  }

  onClosed(_session: WebSocketSession, code: SessionEnd, detail: string): void {
    this.closed.push({ code, detail })
  }
}
