// floe's side of `receive`: its WebSocket session over its link to the kernel, as an engine uses
// them, with a listener that only counts. Run by receive.ts; port and authority are arguments.
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { NetDialer } from '#wire/net-link.ts'
import { WebSocketSession, type WebSocketListener } from '#wire/websocket-session.ts'
import { MessageCount, receiveAddress } from './receive-messages.ts'
import { answerCounts } from './side-process.ts'

const { port, ca } = receiveAddress()
const clock = new RealClock()
const messages = new MessageCount()

const listener: WebSocketListener = {
  onOpen: () => {
    answerCounts((count) =>
      messages.expect(count, (text) => session.sendTextString(text, clock.nowNs())),
    )
  },
  onMessage: (_session, bytes, _start, end) => {
    messages.take(bytes[end - 1]!)
    return false
  },
  onAlive: () => {},
  onClosed: (_session, end, detail) => {
    throw new Error(`the session ended: ${end} ${detail}`)
  },
}

const session = new WebSocketSession(
  {
    dialer: new NetDialer(clock, () => {}, ca === '' ? {} : { extraCa: ca }),
    timers: new TimerWheel(16),
    prng: new Prng(1),
  },
  {
    address: { host: '127.0.0.1', port, tls: ca !== '' },
    path: '/',
    pingAfterNs: 0,
    silenceMaxNs: 0,
    connectTimeoutNs: 5e9,
    messageBytesMax: 1 << 20,
  },
  listener,
)
session.connect(clock.nowNs())
