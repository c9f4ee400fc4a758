// What happens between a decision and the bytes of its order: a transition, an id, a frame.
import { randomUUID } from 'node:crypto'
import { Prng } from '#core/prng.ts'
import { Side } from '#core/units.ts'
import { clientIdHi, clientIdLo, writeClientId } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { OrderEvent, OrderState, orderTransitions } from '#order/order-state.ts'
import { OrderFrames } from '#venue/binance-spot/order-frames.ts'
import { Opcode } from '#wire/websocket-frame.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'
import type { BenchCase } from './harness.ts'
import { benchInstruments } from './payloads.ts'

const OPS = 1_024
let seen = 0

export function orderCases(): BenchCase[] {
  return [transitionCase(), clientIdCase(), frameCase()]
}

/** The life of a plain order, as events. */
const LIFE = [
  [OrderState.Created, OrderEvent.Send],
  [OrderState.PendingNew, OrderEvent.Accept],
  [OrderState.Open, OrderEvent.FillPart],
  [OrderState.PartiallyFilled, OrderEvent.FillLast],
] as const

const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  created: { send: 'pending_new', refuse: 'rejected' },
  pending_new: { accept: 'open', reject: 'rejected', fill: 'partially_filled' },
  open: { fill_part: 'partially_filled', fill_last: 'filled', cancel: 'cancelled' },
  partially_filled: { fill_part: 'partially_filled', fill_last: 'filled' },
}
const NAMED_LIFE = [
  ['created', 'send'],
  ['pending_new', 'accept'],
  ['open', 'fill_part'],
  ['partially_filled', 'fill_last'],
] as const

function transitionCase(): BenchCase {
  return {
    row: '',
    name: 'order transition',
    peer: 'nested string-keyed objects',
    goal: null,
    opsPerCall: OPS,
    ours: () => {
      for (let i = 0; i < OPS; i++) {
        const step = LIFE[i & 3]!
        seen += orderTransitions.next(step[0], step[1])
      }
    },
    theirs: () => {
      for (let i = 0; i < OPS; i++) {
        const step = NAMED_LIFE[i & 3]!
        seen += NAMED[step[0]]?.[step[1]]?.length ?? 0
      }
    },
  }
}

function clientIdCase(): BenchCase {
  const out = new Uint8Array(64)
  const target = Buffer.alloc(64)
  const hi = clientIdHi(1, 7, 42)
  return {
    row: '',
    name: 'client order id',
    peer: 'randomUUID + Buffer.write',
    goal: null,
    opsPerCall: OPS,
    ours: () => {
      for (let i = 0; i < OPS; i++) {
        writeClientId(hi, clientIdLo(42, i), out, 0)
        seen += out[11]!
      }
    },
    theirs: () => {
      for (let i = 0; i < OPS; i++) seen += target.write(randomUUID(), 'latin1')
    },
  }
}

function frameCase(): BenchCase {
  const instrument = benchInstruments().at(0)
  const frames = new OrderFrames(null)
  const writer = new WebSocketWriter('client', new Prng(3))
  const out = new Uint8Array(4_096)
  const numbers = { requestId: 1, clientIdHi: clientIdHi(1, 7, 42), clientIdLo: 0, timestampMs: 0 }
  return {
    row: '8',
    name: 'order frame, encode and mask',
    peer: 'JSON.stringify + Buffer.from + mask',
    goal: 3,
    opsPerCall: OPS,
    ours: () => {
      for (let i = 0; i < OPS; i++) {
        numbers.requestId = 1_000_000_000 + i
        numbers.clientIdLo = i
        numbers.timestampMs = 1_700_000_000_000 + i
        const size = frames.place(
          instrument,
          Side.Sell,
          OrderType.Limit,
          TimeInForce.Gtc,
          numbers,
          10_000 + i,
          4_325_000 + i,
        )
        seen += writer.compose(out, Opcode.Text, frames.bytes, 0, size)
      }
    },
    theirs: () => {
      for (let i = 0; i < OPS; i++) seen += plainFrame(i).length
    },
  }
}

/** The same request as one writes it first; masked as `ws` does without its native part. */
function plainFrame(i: number): Buffer {
  const text = JSON.stringify({
    id: 1_000_000_000 + i,
    method: 'order.place',
    params: {
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      newOrderRespType: 'ACK',
      newClientOrderId: `f${String(i).padStart(11, '0')}`,
      recvWindow: 5_000,
      timestamp: 1_700_000_000_000 + i,
      quantity: ((10_000 + i) / 100_000).toFixed(5),
      price: ((4_325_000 + i) / 100).toFixed(2),
    },
  })
  const body = Buffer.from(text)
  const frame = Buffer.allocUnsafe(body.length + 8)
  frame[0] = 0x81
  frame[1] = 0x80 | 126
  frame.writeUInt16BE(body.length, 2)
  frame.writeUInt32LE((i * 2_654_435_761) >>> 0, 4)
  for (let at = 0; at < body.length; at++) frame[8 + at] = body[at]! ^ frame[4 + (at & 3)]!
  return frame
}

export const ordersSeen = (): number => seen
