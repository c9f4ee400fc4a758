// The life of a venue connection on virtual time: what it does when nobody answers, when a live
// session dies, and when it is replaced while messages flow.
import { describe, expect, test } from 'vitest'
import type { MonoNs } from '#core/units.ts'
import { ConnectionLife, type ConnectionProtocol } from '#wire/connection-life.ts'
import { lifeTransitions } from '#wire/connection-state.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'
import { MemoryServer, MemoryWire, type MemoryWireOptions } from './memory-wire.ts'

const HOUR_MS = 3_600_000

/** Logs on with one text and is ready when the server says so. */
class LogonProtocol implements ConnectionProtocol {
  readonly events: string[] = []
  readonly texts: string[] = []
  alive = 0
  life: ConnectionLife | null = null
  readonly #names = new Map<WebSocketSession, string>()

  onOpen(session: WebSocketSession, nowNs: MonoNs): void {
    this.events.push(`open ${this.name(session)}`)
    session.sendTextString('logon', nowNs)
  }

  onMessage(
    session: WebSocketSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    _isText: boolean,
    nowNs: MonoNs,
  ): boolean {
    const text = Buffer.from(bytes.subarray(start, end)).toString()
    if (text === 'welcome') this.life?.ready(session, nowNs)
    else if (text === 'go away') this.life?.fail(session, 'logon refused', nowNs)
    else this.texts.push(`${this.name(session)} ${text}`)
    return false
  }

  onAlive(): void {
    this.alive++
  }

  onLive(session: WebSocketSession): void {
    this.events.push(`live ${this.name(session)}`)
  }

  onDown(detail: string): void {
    this.events.push(`down ${detail}`)
  }

  /** Sessions in the order they were seen: s1, s2 … */
  name(session: WebSocketSession): string {
    const known = this.#names.get(session) ?? `s${this.#names.size + 1}`
    this.#names.set(session, known)
    return known
  }
}

function world(options: MemoryWireOptions = {}) {
  const wire = new MemoryWire(options)
  const server = new MemoryServer()
  server.onText = (peer, text) => {
    if (text === 'logon') peer.send('welcome')
  }
  wire.network.listen('venue', 443, server)
  const protocol = new LogonProtocol()
  const life = new ConnectionLife(
    wire,
    {
      name: 'test stream',
      socket: () => ({
        address: { host: 'venue', port: 443, tls: true },
        path: '/ws',
        pingAfterNs: 15e9,
        silenceMaxNs: 5e9,
        connectTimeoutNs: 5e9,
        messageBytesMax: 65_536,
      }),
      readyTimeoutNs: 10e9,
      rotateAfterNs: 23 * 3_600e9,
      backoffFirstNs: 1e9,
      backoffMaxNs: 30e9,
    },
    protocol,
  )
  protocol.life = life
  return { wire, server, protocol, life }
}

function started(options: MemoryWireOptions = {}) {
  const all = world(options)
  all.life.start(all.wire.clock.nowNs())
  all.wire.runMs(50)
  return all
}

test('it becomes live when the protocol says that it is ready', () => {
  const { wire, protocol, life } = world()
  life.start(wire.clock.nowNs())
  expect(life.current).toBeNull()
  expect(protocol.events).toEqual([])
  wire.runMs(50)
  expect(protocol.events).toEqual(['open s1', 'live s1'])
  expect(life.current?.isOpen).toBe(true)
  expect(wire.noticed).toEqual(['info connection_live test stream: live'])
})

test('a lost session is down once and comes back after the first backoff', () => {
  const { wire, protocol, life } = started()
  wire.runMs(60_000)
  wire.network.cut(wire.network.links()[0]!)
  wire.runMs(400)
  expect(protocol.events.slice(2)).toEqual(['down lost: reset by the network'])
  expect(life.current).toBeNull()
  wire.runMs(1_000)
  expect(protocol.events.slice(3)).toEqual(['open s2', 'live s2'])
  expect(life.reconnects).toBe(1)
})

test('a half-open session is found by a ping and replaced', () => {
  const { wire, protocol } = started()
  wire.network.freeze(wire.network.links()[0]!)
  wire.runMs(25_000)
  expect(protocol.events.slice(2)).toEqual([
    'down half_open: no answer to a ping',
    'open s2',
    'live s2',
  ])
})

test('a quiet but living session is kept', () => {
  const { wire, protocol } = started()
  wire.runMs(HOUR_MS)
  expect(protocol.events).toEqual(['open s1', 'live s1'])
  expect(protocol.alive).toBeGreaterThan(200)
})

test('refused dials are repeated ever more slowly, and noticed once', () => {
  const { wire, server, life } = world()
  wire.network.refuse('venue', 443)
  const dialed: number[] = []
  const dial = wire.network.dial.bind(wire.network)
  wire.network.dial = (...args) => {
    dialed.push(wire.clock.nowNs() / 1e9)
    return dial(...args)
  }
  life.start(wire.clock.nowNs())
  wire.runMs(300_000)
  const gaps = dialed.slice(1).map((at, i) => at - dialed[i]!)
  expect(gaps[0]).toBeGreaterThanOrEqual(0.5)
  expect(gaps[0]).toBeLessThan(1.1)
  for (const [i, gap] of gaps.entries()) {
    expect(gap).toBeGreaterThanOrEqual(Math.min(30, 2 ** i) / 2)
    expect(gap).toBeLessThan(Math.min(30, 2 ** i) + 0.1)
  }
  expect(wire.noticed).toEqual([
    'warn connection_failed test stream: cannot connect, trying on (refused: connection refused)',
  ])
  wire.network.listen('venue', 443, server)
  wire.runMs(31_000)
  expect(life.current?.isOpen).toBe(true)
  expect(life.reconnects).toBe(0)
})

test('a session that is never ready is dropped', () => {
  const { wire, server, protocol, life } = world()
  server.onText = () => {}
  life.start(wire.clock.nowNs())
  wire.runMs(10_100)
  expect(server.peers.length).toBe(1)
  wire.runMs(2_000)
  expect(server.peers.length).toBe(2)
  expect(server.peers[0]?.isClosed).toBe(true)
  expect(protocol.events).toEqual(['open s1', 'open s2'])
  expect(wire.noticed[0]).toContain('it was not ready in time')
})

test('a refused logon is retried with backoff and never live', () => {
  const { wire, server, protocol, life } = world()
  server.onText = (peer) => peer.send('go away')
  life.start(wire.clock.nowNs())
  wire.runMs(5_000)
  expect(server.peers.length).toBeGreaterThan(1)
  expect(server.peers.length).toBeLessThan(6)
  expect(protocol.events.every((event) => event.startsWith('open'))).toBe(true)
  expect(life.current).toBeNull()
})

test('a session that dies young again and again is not redialled at full speed', () => {
  const { wire, server, protocol } = started()
  server.onText = (peer) => {
    peer.send('welcome')
    peer.link.abort()
  }
  server.peers[0]!.link.abort()
  wire.runMs(60_000)
  expect(protocol.events.filter((event) => event.startsWith('live')).length).toBeGreaterThan(3)
  expect(server.peers.length).toBeLessThan(10)
})

describe('rotation', () => {
  test('the new session is live before the old one is closed, and no message is missed', () => {
    const { wire, server, protocol, life } = started()
    let count = 0
    for (let i = 0; i < 400; i++) {
      // The venue streams to whoever is connected, as a market stream does.
      for (const peer of server.peers) if (!peer.isClosed) peer.send(`m${count}`)
      count++
      if (i === 100) life.rotate(wire.clock.nowNs())
      expect(life.current).not.toBeNull()
      wire.runMs(10)
    }
    expect(protocol.events).toEqual(['open s1', 'live s1', 'open s2', 'live s2'])
    const seen = new Set(protocol.texts.map((text) => text.split(' ')[1]))
    expect(seen.size).toBe(count)
    expect(server.peers[0]?.closeFrame).toBe('1000 replaced')
    expect(server.peers[1]?.isClosed).toBe(false)
    expect(life.reconnects).toBe(0)
    expect(wire.noticed[1]).toBe('info connection_replaced test stream: replaced without a gap')
  })

  test('answers under way on the old session are still heard', () => {
    const { wire, server, protocol, life } = started()
    life.rotate(wire.clock.nowNs())
    wire.runMs(50)
    expect(protocol.events.at(-1)).toBe('live s2')
    server.peers[0]?.send('late answer')
    wire.runMs(50)
    expect(protocol.texts).toEqual(['s1 late answer'])
  })

  test('it happens by itself before the venue would cut, and again', () => {
    const { wire, protocol } = started()
    wire.runMs(21.8 * HOUR_MS)
    expect(protocol.events.at(-1)).toBe('live s1')
    wire.runMs(2.4 * HOUR_MS)
    expect(protocol.events.at(-1)).toBe('live s2')
    wire.runMs(24.2 * HOUR_MS)
    expect(protocol.events.at(-1)).toBe('live s3')
    expect(protocol.events.some((event) => event.startsWith('down'))).toBe(false)
  })

  test('a replacement that cannot log on leaves the old session alone and is tried again', () => {
    const { wire, server, protocol, life } = started()
    server.onText = (peer) => peer.send('go away')
    life.rotate(wire.clock.nowNs())
    wire.runMs(100)
    expect(protocol.events.at(-1)).toBe('open s2')
    expect(protocol.name(life.current!)).toBe('s1')
    server.onText = (peer) => peer.send('welcome')
    wire.runMs(2_000)
    expect(protocol.events.at(-1)).toBe('live s3')
    expect(wire.noticed.some((text) => text.includes('connection_not_replaced'))).toBe(true)
  })

  test('the old session dies while its replacement logs on: down, then live at once', () => {
    const { wire, protocol, life, server } = started()
    life.rotate(wire.clock.nowNs())
    server.peers[0]!.link.abort()
    wire.runMs(50)
    expect(protocol.events.slice(2)).toContain('live s2')
    expect(protocol.events.filter((event) => event.startsWith('down')).length).toBe(1)
    expect(life.current?.isOpen).toBe(true)
  })
})

test('stop says goodbye and nothing more is heard', () => {
  const { wire, server, protocol, life } = started()
  life.stop(wire.clock.nowNs())
  life.stop(wire.clock.nowNs())
  expect(life.current).toBeNull()
  wire.runMs(60_000)
  expect(protocol.events).toEqual(['open s1', 'live s1'])
  expect(server.peers[0]?.closeFrame).toBe('1000 stopped')
  expect(server.peers.length).toBe(1)
  expect(wire.timers.armedCount).toBe(0)
  life.start(wire.clock.nowNs())
  wire.runMs(50)
  expect(protocol.events.at(-1)).toBe('live s2')
})

test('any seed of cuts and freezes ends live', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { wire, life } = started({ seed })
    for (let i = 0; i < 20; i++) {
      const links = wire.network.links()
      const link = links[wire.prng.nextInteger(0, Math.max(0, links.length - 1))]
      if (link && wire.prng.chance(0.5)) wire.network.cut(link)
      else if (link) wire.network.freeze(link)
      if (wire.prng.chance(0.3)) life.rotate(wire.clock.nowNs())
      wire.runMs(wire.prng.nextInteger(0, 20_000))
    }
    wire.runMs(120_000)
    expect(life.current?.isOpen, `seed ${seed}`).toBe(true)
    expect(wire.network.links().length, `seed ${seed}`).toBe(1)
  }
})

test('the life, as reviewed', () => {
  const rows = lifeTransitions.matrix().replaceAll('Candidate', '').split('\n')
  expect(rows).toEqual([
    'Stopped: Start→Connecting',
    'Down: RetryDue→Connecting · Stop→Stopped',
    'Connecting: Opened→Readying · Lost→Down · Stop→Stopped',
    'Readying: Ready→Live · Lost→Down · Stop→Stopped',
    'Live: CurrentLost→Down · RotationDue→Replacing · Stop→Stopped',
    'Replacing: Opened→ReplacementReadying · Lost→Live · CurrentLost→Connecting · Stop→Stopped',
    'ReplacementReadying: Ready→Live · Lost→Live · CurrentLost→Readying · Stop→Stopped',
  ])
})
