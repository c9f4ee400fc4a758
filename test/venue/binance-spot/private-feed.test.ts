import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { PrivateDecoded, PrivateFeed } from '#venue/binance-spot/private-feed.ts'
import { ReplyEnvelope } from '#venue/binance-spot/reply-envelope.ts'
import { SymbolLookup } from '#venue/binance-spot/symbol-lookup.ts'
import { takeLines } from './event-text.ts'
import { twoInstruments } from './market-record.ts'

const NAMES = Object.fromEntries(Object.entries(PrivateDecoded).map(([name, code]) => [code, name]))
const fixture = new URL('../../fixtures/binance-spot/private.jsonl', import.meta.url)
const messages = readFileSync(fixture, 'utf8').trim().split('\n')

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const setUp = () => {
  const instruments = twoInstruments()
  const events = new VenueEventQueue(64)
  const feed = new PrivateFeed(0, new SymbolLookup('binance_spot', instruments), events)
  const envelope = new ReplyEnvelope()
  const decode = (text: string): string[] => {
    const bytes = encode(text)
    if (!envelope.read(bytes, 0, bytes.length)) return ['NoEnvelope']
    if (envelope.eventAt === -1) return ['NoEvent']
    const decoded = feed.decode(envelope, monoNs(1))
    return [NAMES[decoded]!, ...takeLines(events, instruments)]
  }
  return { feed, decode }
}

describe('PrivateFeed', () => {
  it('turns each event into what it means for our orders', () => {
    const { decode, feed } = setUp()
    expect(messages.map((text) => decode(text).join(': '))).toEqual([
      'Told: Accepted f00000000001 #28 cum 0',
      'Told: Fill f00000000001 #28 sell 0.2@60000.2 t901 maker fee 1.20000400 USDT cum 0.2',
      'Told: Fill f00000000002 #9007199254740993123 buy 0.1@60000.1 t902 taker fee 0  cum 0.1',
      'Told: Cancelled f00000000001 #28 cum 0.2',
      'Told: Expired f00000000003 #30 cum 0.05',
      'Told: Expired f00000000004 #31 cum 0',
      'Skipped',
      'Told: Rejected f00000000005 #32 cum 0 insufficient_balance',
      'Skipped',
      'Skipped',
      'Skipped',
      'Told: Balance BTC free 4.80000000 locked 0.00000000: ' +
        'Balance USDT free 512000.04000000 locked 100.00000000',
      'Skipped',
      'StreamEnded',
      'ServerShutdown',
    ])
    expect(feed.foreign).toBe(2)
  })

  const fill = messages[1]!
  const absurd: [string, string][] = [
    ['a fill of nothing', fill.replace('"l":"0.20000000"', '"l":"0.00000000"')],
    ['a fill at no price', fill.replace('"L":"60000.20000000"', '"L":"0.0"')],
    ['a price in words', fill.replace('"L":"60000.20000000"', '"L":"NaN"')],
    ['a quantity finer than its scale', fill.replace('"l":"0.20000000"', '"l":"0.20000001"')],
    ['no cumulative quantity', fill.replace('"z":"0.20000000",', '')],
    ['no trade id', fill.replace('"t":901,', '')],
    ['a side of its own', fill.replace('SELL', 'SHORT')],
    ['a trade id of none', fill.replace('"t":901', '"t":-1')],
    ['no type', fill.replace('"e":"executionReport",', '')],
    ['balances that are no list', messages[11]!.replace(/\[.*\]/, '{}')],
    ['a balance in words', messages[11]!.replace('512000.04000000', 'much')],
    ['a negative balance', messages[11]!.replace('512000.04000000', '-1')],
  ]
  it.each(absurd)('refuses %s, whole', (_, text) => {
    expect(setUp().decode(text)).toEqual(['Refused'])
  })

  it('tells the same whatever the order of keys', () => {
    const { decode } = setUp()
    const shuffled = fc.constantFrom(...messages.slice(0, 13)).chain((text) => {
      const wrapper: { event?: object } = JSON.parse(text.replace('9007199254740993123', '29'))
      const entries = Object.entries(wrapper.event ?? wrapper)
      return fc.shuffledSubarray(entries, { minLength: entries.length }).map((all) => {
        const event = Object.fromEntries(all)
        return [JSON.stringify(wrapper), JSON.stringify({ event, subscriptionId: 0 })] as const
      })
    })
    fc.assert(
      fc.property(shuffled, ([text, other]) => {
        expect(decode(other)).toEqual(decode(text))
      }),
    )
  })

  it('tells nothing of an event cut short, and never throws on changed bytes', () => {
    const { decode } = setUp()
    for (const text of messages) {
      for (let size = 0; size < text.length; size++) {
        expect(decode(text.slice(0, size))).toEqual(['NoEnvelope'])
      }
    }
    fc.assert(
      fc.property(fc.constantFrom(...messages), fc.nat(), fc.nat(127), (text, at, byte) => {
        const i = at % text.length
        decode(text.slice(0, i) + String.fromCharCode(byte) + text.slice(i + 1))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an event in the documented layout', () => {
  const instruments = twoInstruments()
  const events = new VenueEventQueue(64)
  const feed = new PrivateFeed(0, new SymbolLookup('binance_spot', instruments), events)
  const envelope = new ReplyEnvelope()
  const heard = (bytes: Uint8Array): unknown => {
    const isRead = envelope.read(bytes, 0, bytes.length)
    if (!isRead) return { isRead }
    if (envelope.eventAt === -1) return { isRead, id: envelope.id, status: envelope.status }
    const { foreign } = feed
    const decoded = feed.decode(envelope, monoNs(1))
    return { decoded, told: takeLines(events, instruments), skipped: feed.foreign - foreign }
  }
  const isMatched = (text: string): boolean => {
    const bytes = encode(text)
    expect(envelope.read(bytes, 0, bytes.length)).toBe(true)
    return envelope.event !== null
  }
  /** A blank in front of a message is all it takes to send it to the scanner. */
  const bothWays = (bytes: Uint8Array): [matched: unknown, scanned: unknown] => {
    const scanned = new Uint8Array(bytes.length + 1)
    scanned[0] = 0x20
    scanned.set(bytes, 1)
    return [heard(bytes), heard(scanned)]
  }
  const texts = ['NEW', 'TRADE', 'CANCELED', 'EXPIRED', '', 'BUY', 'f00000000001', 'a"b', 'ü', '1']
  const others = [-1, 0, 28, 1.5, 2 ** 53, null, true, false, [{ a: 'BTC', f: '1.5', l: '0' }]]
  const values = fc.constantFrom<unknown[]>(...texts, ...others)
  const letters = fc.constantFrom(...Array.from('ecCsSxXzlLnNtTmriB'), 'eR', '_')
  /** Members of one message changed: other values, other keys, more of them, in another order. */
  const changed = fc
    .tuple(fc.constantFrom(...messages), fc.array(fc.tuple(letters, values), { maxLength: 3 }))
    .map(([text, changes]) => {
      const wrapper: { event?: object } = JSON.parse(text)
      return JSON.stringify({
        ...wrapper,
        event: { ...wrapper.event, ...Object.fromEntries(changes) },
      })
    })

  it('is matched, not scanned', () => {
    expect(isMatched(messages[0]!)).toBe(true)
    expect(isMatched(messages[1]!)).toBe(true)
    expect(isMatched(messages[11]!)).toBe(true)
    expect(isMatched(` ${messages[0]!}`)).toBe(false)
  })

  it('is heard as the scanner hears it, whatever its members', () => {
    fc.assert(
      fc.property(changed, (text) => {
        const [matched, scanned] = bothWays(encode(text))
        expect(matched).toEqual(scanned)
      }),
      { numRuns: 4_000 },
    )
  })

  it('is heard as the scanner hears it, with any byte changed and cut anywhere', () => {
    const message = fc.constantFrom(...messages)
    fc.assert(
      fc.property(message, fc.nat(1_500), fc.nat(255), fc.boolean(), (text, at, byte, isCut) => {
        const bytes = encode(text)
        const place = 1 + (at % (bytes.length - 1))
        bytes[place] = byte
        const [matched, scanned] = bothWays(isCut ? bytes.slice(0, place) : bytes)
        expect(matched).toEqual(scanned)
      }),
      { numRuns: 10_000 },
    )
  })
})
