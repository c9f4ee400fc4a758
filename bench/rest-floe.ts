// floe's side of `rest`: its HTTP client with one connection that stays open. Run by rest.ts; the
// port is its argument.
import { Outcome } from '#core/outcome.ts'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { HttpClient } from '#wire/http-client.ts'
import { NetDialer } from '#wire/net-link.ts'
import { API_KEY, CONTENT_TYPE, ORDER_PATH, timeOrders } from './rest-order.ts'
import { answerCounts } from './side-process.ts'

const DEADLINE_NS = 10 * NS_PER_S

const port = Number(process.argv[2])
const clock = new RealClock()
const client = new HttpClient(
  { dialer: new NetDialer(clock, () => {}), timers: new TimerWheel(16), prng: new Prng(1) },
  {
    address: { host: '127.0.0.1', port, tls: false },
    host: `127.0.0.1:${port}`,
    connectionsMax: 1,
    bodyBytesMax: 65_536,
  },
)
const headers = [
  ['X-MBX-APIKEY', API_KEY],
  ['Content-Type', CONTENT_TYPE],
] as const

function place(body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowNs = clock.nowNs()
    const deadlineNs = monoNs(nowNs + DEADLINE_NS)
    const outcome = client.request(
      { method: 'POST', target: ORDER_PATH, headers, body, deadlineNs },
      {
        onReply: (reply) => resolve(reply.text()),
        onFailed: (_failure, detail) => reject(new Error(detail)),
      },
      nowNs,
    )
    if (outcome !== Outcome.Ok) reject(new Error(`not taken: ${outcome}`))
  })
}

answerCounts((count) => timeOrders(count, place))
