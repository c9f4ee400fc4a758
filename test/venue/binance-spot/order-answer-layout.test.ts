// The documented answers to orders beside the lenient reader: whatever one makes of an answer, the
// other makes too. A blank in front of a message is all it takes to send it to the scanner.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { OrderReplies } from '#venue/binance-spot/order-replies.ts'
import type { LimitKind } from '#venue/binance-spot/rate-limit.ts'
import { ReplyEnvelope } from '#venue/binance-spot/reply-envelope.ts'
import { RequestKind, RequestTable } from '#venue/binance-spot/request-table.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import { takeLines } from './event-text.ts'
import { twoInstruments } from './market-record.ts'

const instruments = twoInstruments()
const events = new VenueEventQueue()
const table = new RequestTable()
const replies = new OrderReplies(0, instruments, events, table)
const envelope = new ReplyEnvelope()
const SESSION = null as unknown as WebSocketSession

function slotOf(kind: RequestKind): number {
  const slot = table.take(kind, SESSION, monoNs(1))
  table.setSubject(slot, 0, 1 << 23, 7, 0)
  return slot
}
const place = slotOf(RequestKind.Place)
const cancel = slotOf(RequestKind.Cancel)

/** Everything that an answer is good for. */
function heard(bytes: Uint8Array): unknown {
  const isRead = envelope.read(bytes, 0, bytes.length)
  if (!isRead) return { isRead }
  const { id, status, code, message } = envelope
  const limits: string[] = []
  envelope.readLimits({
    onLimit: (kind: LimitKind, limit, count) => limits.push(`${kind} ${count}/${limit}`),
  })
  replies.onPlaceReply(place, envelope, monoNs(2))
  const asPlace = takeLines(events, instruments)
  replies.onCancelReply(cancel, envelope, monoNs(2))
  const asCancel = takeLines(events, instruments)
  return { isRead, id, status, code, message, limits, asPlace, asCancel }
}

function bothWays(bytes: Uint8Array): [matched: unknown, scanned: unknown] {
  const scanned = new Uint8Array(bytes.length + 1)
  scanned[0] = 0x20
  scanned.set(bytes, 1)
  return [heard(bytes), heard(scanned)]
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const qty = fc.constantFrom('0.00000000', '0.10000000', '1.5', '0.00000001', '12345678.00000000')
const ids = fc.oneof(fc.nat(10 ** 9), fc.constantFrom(0, 1_000_000_000, 10 ** 15, 2 ** 53 - 1))
const names = fc.constantFrom('f02f1NtERKDY', 'web_1', '', 'a"b', 'ü')
const limits = fc.array(
  fc.tuple(fc.constantFrom('ORDERS', 'REQUEST_WEIGHT', 'RAW_REQUESTS'), fc.nat(2), fc.nat(100)),
  { maxLength: 4 },
)
const limitRows = limits.map((rows) =>
  rows.map(([rateLimitType, unit, count]) => ({
    rateLimitType,
    interval: ['SECOND', 'MINUTE', 'DAY'][unit],
    intervalNum: unit === 0 ? 10 : 1,
    limit: 6_000,
    count,
  })),
)
const acks = fc.tuple(ids, names, ids).map(([orderId, clientOrderId, transactTime]) => ({
  symbol: 'BTCUSDT',
  orderId,
  orderListId: -1,
  clientOrderId,
  transactTime,
}))
const states = fc
  .tuple(qty, fc.constantFrom('CANCELED', 'CANCELED', 'CANCELED', 'FILLED'), fc.boolean())
  .map(([executedQty, status, isExpiring]) => ({
    price: '43250.01000000',
    origQty: '0.10000000',
    executedQty,
    origQuoteOrderQty: '0.00000000',
    cummulativeQuoteQty: '0.00000000',
    status,
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'SELL',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    ...(isExpiring ? { expiryReason: 'NONE' } : {}),
  }))
const cancels = fc
  .tuple(names, acks, states)
  .map(([origClientOrderId, { symbol, ...ack }, state]) => ({
    symbol,
    origClientOrderId,
    ...ack,
    ...state,
  }))
const messages = fc
  .tuple(ids, fc.oneof(acks, cancels), limitRows)
  .map(([id, result, rateLimits]) => JSON.stringify({ id, status: 200, result, rateLimits }))

const ACK =
  '{"id":1000000010,"status":200,"result":{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,' +
  '"clientOrderId":"f02f1NtERKDY","transactTime":1700000000123},"rateLimits":[' +
  '{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":3}]}'

describe('the answer to an order in the documented layout', () => {
  it('is matched, not scanned', () => {
    const bytes = encode(ACK)
    expect(envelope.read(bytes, 0, bytes.length)).toBe(true)
    expect(envelope.order).not.toBeNull()
    expect(envelope.read(encode(` ${ACK}`), 0, bytes.length + 1)).toBe(true)
    expect(envelope.order).toBeNull()
  })

  it('tells what it says', () => {
    expect(heard(encode(ACK))).toMatchObject({
      id: 1_000_000_010,
      limits: ['1 3/100'],
      asPlace: [expect.stringMatching(/^\S+ f\w{11} #28$/)],
    })
  })

  it('is heard as the scanner hears it', () => {
    fc.assert(
      fc.property(messages, (text) => {
        const [matched, scanned] = bothWays(encode(text))
        expect(matched).toEqual(scanned)
      }),
      { numRuns: 3_000 },
    )
  })

  it('is heard as the scanner hears it with any byte changed', () => {
    fc.assert(
      fc.property(messages, fc.nat(1_000), fc.nat(255), (text, at, byte) => {
        const bytes = encode(text)
        bytes[at % bytes.length] = byte
        const [matched, scanned] = bothWays(bytes)
        expect(matched).toEqual(scanned)
      }),
      { numRuns: 5_000 },
    )
  })

  it('is heard as the scanner hears it, cut anywhere', () => {
    fc.assert(
      fc.property(messages, fc.nat(1_000), (text, at) => {
        const bytes = encode(text)
        const [matched, scanned] = bothWays(bytes.slice(0, at % bytes.length))
        expect(matched).toEqual(scanned)
      }),
      { numRuns: 2_000 },
    )
  })
})
