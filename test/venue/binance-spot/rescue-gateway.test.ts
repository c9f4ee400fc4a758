// Listing and cancelling without an engine, over real sockets against the embedded venue.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { NS_PER_S } from '#core/units.ts'
import { createHostClock, FrontHost } from '#sim/host-sockets.ts'
import { venueUrls } from '#sim/venue-spec.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { Credentials, OpenOrder, RescueListener, VenueRescue } from '#venue/venue.ts'
import { NetDialer } from '#wire/net-link.ts'
import {
  ED_KEY,
  ED_SECRET,
  FrontRig,
  HMAC_KEY,
  HMAC_SECRET,
} from '../../sim/binance-spot/front-rig.ts'

const HMAC: Credentials = { kind: 'hmac', key: HMAC_KEY, secret: HMAC_SECRET }
const ED: Credentials = { kind: 'ed25519', key: ED_KEY, secret: ED_SECRET }

const clock = new RealClock()
let rig: FrontRig
let host: FrontHost
let timers: TimerWheel
let interval: NodeJS.Timeout
const rescues: VenueRescue[] = []

beforeEach(() => {
  rig = new FrontRig()
  const nowUs = createHostClock()
  rig.nowUs = nowUs()
  host = new FrontHost(rig.front, 0, nowUs)
  timers = new TimerWheel(256)
  interval = setInterval(() => timers.advance(clock.nowNs()), 2)
})
afterEach(() => {
  for (const rescue of rescues.splice(0)) rescue.stop(clock.nowNs())
  clearInterval(interval)
  host.close()
})

function rescueOf(credentials: Credentials, port = host.port): VenueRescue {
  const dialer = new NetDialer(clock, () => undefined)
  const context = { dialer, timers, prng: new Prng(1) }
  const make = findVenueMake('binance_spot')
  const rescue = make.createRescue(context, venueUrls(port), credentials)
  rescues.push(rescue)
  return rescue
}

type Ask = (listener: RescueListener) => void

/** The one answer to a question, as a line or as rows. */
const answerTo = (ask: Ask): Promise<string | readonly OpenOrder[]> =>
  new Promise((resolve) => {
    ask({
      onOpenOrders: (orders) => resolve(orders),
      onCancelled: (order) => resolve(`cancelled ${order.clientOrderId}`),
      onFailed: (order, detail) => resolve(`failed ${order?.clientOrderId ?? ''}: ${detail}`),
    })
  })

const list = (rescue: VenueRescue) =>
  answerTo((listener) => rescue.requestOpenOrders(listener, clock.nowNs()))
const cancel = (rescue: VenueRescue, order: OpenOrder) =>
  answerTo((listener) => rescue.cancel(order, listener, clock.nowNs()))

/** An order of the HMAC account that stands. */
function stand(clientOrderId: string): void {
  rig.nowUs = createHostClock()()
  const price = 'price=43300&quantity=0.1&timeInForce=GTC'
  const query = `symbol=BTCUSDT&side=SELL&type=LIMIT&${price}&newClientOrderId=${clientOrderId}`
  expect(rig.signed('POST', '/api/v3/order', query).status).toBe(200)
}

describe.each([
  ['hmac', HMAC],
  ['ed25519', ED],
])('an account with an %s key', (kind, credentials) => {
  it('lists what it has open, over all symbols', async () => {
    stand('f00000000001')
    const orders = await list(rescueOf(credentials))
    const expected = {
      symbol: 'BTCUSDT',
      clientOrderId: 'f00000000001',
      venueOrderId: expect.stringMatching(/^\d+$/) as string,
      status: 'NEW',
      filled: '0.00000000',
      quantity: '0.10000000',
    }
    expect(orders).toEqual(kind === 'hmac' ? [expected] : [])
  })
})

it('cancels one by the id of its venue, and nothing else', async () => {
  stand('f00000000001')
  stand('abc123')
  const rescue = rescueOf(HMAC)
  const [first] = (await list(rescue)) as readonly OpenOrder[]
  expect(await cancel(rescue, first!)).toBe('cancelled f00000000001')
  const left = (await list(rescue)) as readonly OpenOrder[]
  expect(left.map(({ clientOrderId }) => clientOrderId)).toEqual(['abc123'])
})

it('an order that is over already is over', async () => {
  stand('f00000000001')
  const rescue = rescueOf(HMAC)
  const [order] = (await list(rescue)) as readonly OpenOrder[]
  await cancel(rescue, order!)
  expect(await cancel(rescue, order!)).toBe('cancelled f00000000001')
})

it('measures the clock anew when its stamp is refused', async () => {
  const rescue = rescueOf(HMAC)
  expect(await list(rescue)).toEqual([])
  rig.front.command({ name: 'clock_offset', ms: 60_000 }, createHostClock()())
  expect(await list(rescue)).toMatch(/^failed : GET \/api\/v3\/openOrders: answered 400: -1021/)
  expect(await list(rescue)).toEqual([])
})

it('a wrong key is a failure in the words of the venue', async () => {
  const rescue = rescueOf({ ...HMAC, secret: 'not this one' })
  expect(await list(rescue)).toMatch(/answered 4\d\d: -1022/)
})

it('a venue in maintenance proves nothing', async () => {
  rig.front.command({ name: 'maintenance', on: true }, createHostClock()())
  expect(await list(rescueOf(HMAC))).toMatch(/^failed : .*time answered 503/)
})

it('nobody there is a failure too', async () => {
  const { port } = host
  host.close()
  expect(await list(rescueOf(HMAC, port))).toMatch(/^failed : .*not sent/)
})

it('knows how long an order may be under way', () => {
  expect(rescueOf(HMAC).orderWindowNs).toBe(3 * NS_PER_S)
})
