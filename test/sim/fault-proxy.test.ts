// The proxy on real sockets: what goes in comes out, whole and in order, however bad the weather;
// and each kind of bad weather is felt.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { FaultProxy } from '#sim/fault-proxy.ts'
import { drawAct, drawCut } from '#sim/fault-script.ts'

let proxy: FaultProxy
let venue: Server
/** The venue's ends of the links, in the order they were made. */
let arrived: Peer[]

/** One end of a link and everything that came out of it. */
class Peer {
  readonly socket: Socket
  readonly chunks: Buffer[] = []
  ended = false
  /** '' while open, 'closed', or the code of the error. */
  end = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => this.chunks.push(bytes))
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end = error.code ?? error.message
    })
    socket.on('close', () => {
      if (this.end === '') this.end = 'closed'
    })
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }
}

beforeEach(async () => {
  arrived = []
  venue = createServer((socket) => arrived.push(new Peer(socket)))
  await new Promise<void>((resolve) => {
    venue.listen(0, '127.0.0.1', resolve)
  })
  proxy = new FaultProxy(1)
  await new Promise((resolve) => {
    proxy.listen(resolve)
  })
  proxy.aimAt((venue.address() as AddressInfo).port)
})

afterEach(() => {
  proxy.close()
  venue.close()
})

/** A link from the engine's side; both ends stand. */
async function link(): Promise<{ engine: Peer; venue: Peer }> {
  const count = arrived.length
  const socket = connect(proxy.port, '127.0.0.1')
  const engine = new Peer(socket)
  await until(() => arrived.length > count)
  return { engine, venue: arrived[count]! }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isTrue(); waitedMs += 5) {
    expect(waitedMs).toBeLessThan(5_000)
    await sleep(5)
  }
}

const LONG = Array.from({ length: 200_000 }, (_, i) => String(i)).join(' ')

describe('fair weather', () => {
  it('passes everything, both ways, more than any buffer holds', async () => {
    const { engine, venue } = await link()
    engine.socket.write(LONG)
    venue.socket.write(LONG)
    await until(() => engine.text.length === LONG.length && venue.text.length === LONG.length)
    expect(venue.text).toBe(LONG)
    expect(engine.text).toBe(LONG)
  })

  it('passes an end on behind the last byte, and forgets the link', async () => {
    const { engine, venue } = await link()
    expect(proxy.linkCount).toBe(1)
    engine.socket.end('farewell')
    await until(() => venue.end !== '')
    expect([venue.text, venue.end, engine.end]).toEqual(['farewell', 'closed', 'closed'])
    await until(() => proxy.linkCount === 0)
    expect([proxy.linksMade, proxy.linksCut]).toEqual([1, 0])
  })

  it('passes a reset on', async () => {
    const { engine, venue } = await link()
    venue.socket.resetAndDestroy()
    await until(() => engine.end !== '')
    expect(engine.end).toBe('ECONNRESET')
  })

  it('resets who dials while nobody listens behind it', async () => {
    venue.close()
    const engine = new Peer(connect(proxy.port, '127.0.0.1'))
    await until(() => engine.end !== '')
    expect(engine.end).toBe('ECONNRESET')
  })
})

describe('half-open', () => {
  it('keeps what is sent that way, and delivers it late', async () => {
    const { engine, venue } = await link()
    proxy.command({ name: 'half_open', directions: ['to_venue'] })
    engine.socket.write('late')
    venue.socket.write('heard')
    await until(() => engine.text === 'heard')
    await sleep(50)
    expect(venue.text).toBe('')
    proxy.command({ name: 'pass' })
    await until(() => venue.text === 'late')
  })

  it('tells nobody of an end, nor of a reset', async () => {
    const first = await link()
    const second = await link()
    proxy.command({ name: 'half_open', directions: ['to_venue', 'to_engine'] })
    first.engine.socket.end('last words')
    second.venue.socket.resetAndDestroy()
    await sleep(50)
    expect([first.venue.ended, second.engine.end]).toEqual([false, ''])
    proxy.command({ name: 'pass' })
    await until(() => first.venue.ended && second.engine.end !== '')
    expect(first.venue.text).toBe('last words')
  })

  it('befalls links that are made meanwhile', async () => {
    proxy.command({ name: 'half_open', directions: ['to_venue', 'to_engine'] })
    const { engine, venue } = await link()
    engine.socket.write('hello')
    await sleep(50)
    expect(venue.text).toBe('')
    proxy.command({ name: 'pass' })
    await until(() => venue.text === 'hello')
  })
})

describe('cut', () => {
  it.each([
    ['fin', 'closed'],
    ['rst', 'ECONNRESET'],
  ] as const)('at once by %s', async (how, end) => {
    const { engine, venue } = await link()
    proxy.command({ name: 'cut', how })
    await until(() => engine.end !== '' && venue.end !== '')
    expect([engine.end, venue.end]).toEqual([end, end])
    expect(proxy.linksCut).toBe(1)
  })

  it('in the midst of what is sent next, at the byte that the seed draws', async () => {
    const lengths: number[] = []
    for (let i = 0; i < 3; i++) {
      const { engine, venue } = await link()
      proxy.command({ name: 'cut', how: 'fin', withinBytes: 1_000 })
      engine.socket.write(LONG)
      await until(() => venue.end !== '')
      expect(LONG.startsWith(venue.text)).toBe(true)
      lengths.push(venue.text.length)
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000)
    expect(new Set(lengths).size).toBe(3)
  })
})

it('splits into single bytes, of which none is lost', async () => {
  const { engine, venue } = await link()
  proxy.command({ name: 'split', pieceBytesMax: 1 })
  const text = LONG.slice(0, 2_000)
  engine.socket.write(text)
  await until(() => venue.text.length === text.length)
  expect(venue.text).toBe(text)
  expect(venue.chunks.length).toBeGreaterThan(500)
})

it('is slow by rate and by latency', async () => {
  const { engine, venue } = await link()
  proxy.command({ name: 'slow', bytesPerSecond: 10_000, latencyMs: 50 })
  const startMs = performance.now()
  engine.socket.write(`${'a'.repeat(1_000)}b`)
  await until(() => venue.text.endsWith('b'))
  const takenMs = performance.now() - startMs
  expect(takenMs).toBeGreaterThan(140)
  venue.socket.write('c')
  await until(() => engine.text === 'c')
  expect(performance.now() - startMs - takenMs).toBeGreaterThan(45)
})

it('turns away who dials, and leaves links that stand', async () => {
  const { engine, venue } = await link()
  proxy.command({ name: 'refuse' })
  const refused = new Peer(connect(proxy.port, '127.0.0.1'))
  await until(() => refused.end !== '')
  expect(refused.end).toBe('ECONNRESET')
  engine.socket.write('still here')
  await until(() => venue.text === 'still here')
  proxy.command({ name: 'pass' })
  await link()
})

/** Sixty acts as they are drawn. */
function play(seed: number): string[] {
  const prng = new Prng(seed)
  return Array.from({ length: 60 }, () => JSON.stringify(drawAct(prng)))
}

describe('a script', () => {
  it('is the same from the same seed, and has every kind of trouble', () => {
    expect(play(5)).toEqual(play(5))
    expect(play(5)).not.toEqual(play(6))
    const kinds = ['cut', 'half_open', 'slow', 'split', 'refuse']
    expect(kinds.filter((kind) => !play(5).some((act) => act.includes(`"${kind}"`)))).toEqual([])
  })

  it('cuts at once, or within the next messages', () => {
    const prng = new Prng(2)
    const cuts = Array.from({ length: 100 }, () => drawCut(prng).withinBytes ?? 0)
    expect(cuts.filter((withinBytes) => withinBytes === 0).length).toBeGreaterThan(10)
    expect(Math.max(...cuts)).toBeLessThanOrEqual(2_000)
  })
})
