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

const setUp = () => {
  const instruments = twoInstruments()
  const events = new VenueEventQueue(64)
  const feed = new PrivateFeed(0, new SymbolLookup('binance_spot', instruments), events)
  const envelope = new ReplyEnvelope()
  const decode = (text: string): string[] => {
    const bytes = new TextEncoder().encode(text)
    if (!envelope.read(bytes, 0, bytes.length)) return ['NoEnvelope']
    const start = envelope.isRawEvent ? 0 : envelope.eventAt
    if (start === -1) return ['NoEvent']
    const decoded = feed.decode(bytes, start, bytes.length, monoNs(1))
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

describe('members as venues write them, and members as JSON allows them', () => {
  const instruments = twoInstruments()
  const events = new VenueEventQueue(64)
  const feed = new PrivateFeed(0, new SymbolLookup('binance_spot', instruments), events)
  const heard = (bytes: Uint8Array): unknown => {
    const decoded = feed.decode(bytes, 0, bytes.length, monoNs(1))
    return [decoded, ...takeLines(events, instruments)]
  }
  /** A blank behind the first bracket is all it takes to send an object to the scanner. */
  const bothWays = (bytes: Uint8Array): [plain: unknown, scanned: unknown] => {
    const scanned = new Uint8Array(bytes.length + 1)
    scanned[0] = bytes[0]!
    scanned[1] = 0x20
    scanned.set(bytes.subarray(1), 2)
    return [heard(bytes), heard(scanned)]
  }
  const objects = messages.map((text) => {
    const { event } = JSON.parse(text) as { event?: object }
    return event === undefined ? text : JSON.stringify(event)
  })

  it('mean the same, with any byte changed and cut anywhere', () => {
    const object = fc.constantFrom(...objects)
    fc.assert(
      fc.property(object, fc.nat(1_500), fc.nat(255), fc.boolean(), (text, at, byte, isCut) => {
        const bytes = new TextEncoder().encode(text)
        const place = 1 + (at % (bytes.length - 1))
        bytes[place] = byte
        const [plain, scanned] = bothWays(isCut ? bytes.slice(0, place) : bytes)
        expect(plain).toEqual(scanned)
      }),
      { numRuns: 8_000 },
    )
  })
})
