// The memory network: order, cuts, faults, and that a seed repeats a run byte for byte.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import { LinkClose, type ByteLink, type LinkListener } from '#wire/byte-link.ts'
import { ReceiveRegion } from '#wire/receive-region.ts'
import { MemoryWire } from './memory-wire.ts'

const ADDRESS = { host: 'venue', port: 443, tls: true }

class End implements LinkListener {
  link: ByteLink | null = null
  opened = 0
  readBytesMax = Infinity
  readonly reads: string[] = []
  readonly events: string[] = []
  onOpened: () => void = () => {}

  get text(): string {
    return this.reads.join('')
  }

  onOpen(nowNs: MonoNs): void {
    this.opened++
    this.events.push(`open ${nowNs}`)
    this.onOpened()
  }

  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean {
    const { bytes, readOffset } = region
    const end = Math.min(region.writeOffset, readOffset + this.readBytesMax)
    const text = Buffer.from(bytes.subarray(readOffset, end)).toString('latin1')
    const isMoreToRead = end < region.writeOffset
    region.consumeTo(end)
    this.reads.push(text)
    this.events.push(`read ${nowNs} ${text}`)
    return isMoreToRead
  }

  onClosed(reason: LinkClose, detail: string, nowNs: MonoNs): void {
    this.events.push(`closed ${nowNs} ${detail}`)
    this.closed.push([reason, detail])
  }

  readonly closed: [LinkClose, string][] = []
}

function pair(seed = 1) {
  const wire = new MemoryWire({ seed })
  const server = new End()
  wire.network.listen('venue', 443, {
    accept: (link) => {
      server.link = link
      return server
    },
  })
  const client = new End()
  const link = wire.network.dial(ADDRESS, new ReceiveRegion(), client)
  client.link = link
  return { wire, server, client, link }
}

const latin = (text: string) => Buffer.from(text).toString('latin1')

/** Everything both ends are told in a busy run. */
function busyRun(seed: number): string[] {
  const { wire, server, client } = pair(seed)
  wire.runMs(10)
  for (let i = 0; i < 100; i++) {
    write(i % 3 === 0 ? server : client, `message ${i};`)
    if (i % 7 === 0) wire.runMs(1)
  }
  client.link!.close()
  wire.runMs(2_000)
  return [...client.events, ...server.events]
}

function write(end: End, text: string): Outcome {
  return end.link!.write(Buffer.from(text, 'latin1'))
}

test('a dial opens both ends, never inside dial', () => {
  const { wire, server, client } = pair()
  expect([client.opened, server.opened]).toEqual([0, 0])
  expect(write(client, 'too early')).toBe(Outcome.NotReady)
  wire.runMs(10)
  expect([client.opened, server.opened]).toEqual([1, 1])
})

test('what a server says at once comes after the open', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { wire, server, client } = pair(seed)
    server.onOpened = () => write(server, 'hello')
    wire.runMs(20)
    expect(client.events[0]).toMatch(/^open/)
    expect(client.text).toBe('hello')
  }
})

test('both directions keep their bytes and order, however they are cut', () => {
  const pieces = fc.array(fc.string({ minLength: 0, maxLength: 300 }), { maxLength: 40 })
  fc.assert(
    fc.property(fc.nat(), pieces, pieces, (seed, up, down) => {
      const { wire, server, client } = pair(seed)
      wire.runMs(10)
      for (let i = 0; i < 40; i++) {
        if (up[i] !== undefined) write(client, latin(up[i]!))
        if (down[i] !== undefined) write(server, latin(down[i]!))
        wire.runMs(0.1)
      }
      wire.runMs(50)
      expect(server.text).toBe(latin(up.join('')))
      expect(client.text).toBe(latin(down.join('')))
    }),
    { numRuns: 60 },
  )
})

test('reads arrive cut and merged', () => {
  const { wire, server, client } = pair(3)
  wire.runMs(10)
  const sent = Array.from({ length: 200 }, (_, i) => `<${i}>`)
  for (const text of sent) write(client, text)
  wire.runMs(50)
  expect(server.text).toBe(sent.join(''))
  expect(server.reads.some((read) => !read.startsWith('<'))).toBe(true)
  expect(server.reads.some((read) => read.includes('><'))).toBe(true)
})

test('the same seed gives the same reads at the same times', () => {
  expect(busyRun(7)).toEqual(busyRun(7))
  expect(busyRun(7)).not.toEqual(busyRun(8))
})

test('nobody listens: refused; after listening again: open', () => {
  const { wire } = pair()
  wire.network.refuse('venue', 443)
  const refused = new End()
  wire.network.dial(ADDRESS, new ReceiveRegion(), refused)
  wire.runMs(10)
  expect(refused.closed).toEqual([[LinkClose.Refused, 'connection refused']])
  expect(refused.opened).toBe(0)
})

describe('the end', () => {
  test('close delivers what was written before, then ends both sides once', () => {
    const { wire, server, client, link } = pair()
    wire.runMs(10)
    write(client, 'last words')
    link.close()
    link.close()
    expect(write(client, 'more')).toBe(Outcome.NotReady)
    wire.runMs(3_000)
    expect(server.text).toBe('last words')
    expect(server.closed).toEqual([[LinkClose.Ended, 'ended by the peer']])
    expect(client.closed).toEqual([[LinkClose.Ended, 'ended by us']])
    expect(wire.timers.armedCount).toBe(0)
    expect(wire.network.links()).toEqual([])
  })

  test('close before the open ends it too', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { wire, server, client, link } = pair(seed)
      wire.runMs(seed / 10)
      link.close()
      wire.runMs(3_000)
      expect(client.closed.length).toBe(1)
      expect(server.closed.length).toBe(server.opened)
    }
  })

  test('abort is at once here and a reset there', () => {
    const { wire, server, client, link } = pair()
    wire.runMs(10)
    link.abort()
    expect(client.closed).toEqual([])
    wire.runMs(10)
    expect(client.closed).toEqual([[LinkClose.Ended, 'ended by us']])
    expect(server.closed).toEqual([[LinkClose.Broken, 'reset by the peer']])
  })
})

describe('faults', () => {
  test('a cut loses what is under way and breaks both ends', () => {
    const { wire, server, client, link } = pair()
    wire.runMs(10)
    write(client, 'lost')
    wire.network.cut(link)
    wire.runMs(10)
    expect(server.text).toBe('')
    expect(client.closed[0]?.[0]).toBe(LinkClose.Broken)
    expect(server.closed[0]?.[0]).toBe(LinkClose.Broken)
  })

  test('a frozen link is silent in both directions and tells nobody', () => {
    const { wire, server, client, link } = pair()
    wire.runMs(10)
    wire.network.freeze(link)
    write(client, 'up')
    write(server, 'down')
    wire.runMs(60_000)
    expect([server.text, client.text]).toEqual(['', ''])
    expect([server.closed, client.closed]).toEqual([[], []])
    link.close()
    wire.runMs(1_001)
    expect(client.closed).toEqual([[LinkClose.Ended, 'ended by us']])
    expect(server.closed).toEqual([])
  })

  test('a frozen link fills up', () => {
    const { wire, client, link } = pair()
    wire.runMs(10)
    wire.network.freeze(link)
    const block = 'x'.repeat(65_536)
    let written = 0
    while (write(client, block) === Outcome.Ok) written++
    expect(written * 65_536).toBeGreaterThanOrEqual(4 << 20)
    expect(written * 65_536).toBeLessThan(8 << 20)
    expect(link.pendingBytes).toBeGreaterThan(0)
  })
})

test('a turn runs after every callback on the dialing side, and only there', () => {
  const { wire, server, client } = pair()
  wire.runMs(10)
  write(client, 'up')
  wire.runMs(10)
  expect(wire.turns).toBe(1)
  write(server, 'down')
  wire.runMs(10)
  expect(wire.turns).toBe(1 + client.reads.length)
})

test('a listener that wants a turn before the rest gets it, and then the rest', () => {
  const { wire, server, client } = pair(5)
  wire.runMs(10)
  client.readBytesMax = 1
  write(server, 'abc')
  wire.runMs(10)
  expect(client.reads).toEqual(['a', 'b', 'c'])
  expect(wire.turns).toBe(1 + 3)
})
