// Stands between an engine and a venue's WebSocket and slips frames of its own into what the venue
// says, between two whole frames, so that only what was slipped in is wrong.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const FIN = 0x80
export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8

/** A whole unmasked frame, as a server sends it. */
export function serverFrame(opcode: number, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.alloc(body.length < 126 ? 2 : 10)
  head[0] = FIN | opcode
  if (body.length < 126) head[1] = body.length
  else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(body.length), 2)
  }
  return Buffer.concat([head, body])
}

export class SpoilingProxy {
  readonly #server: Server
  readonly #passages = new Set<Passage>()
  #connectionCount = 0

  /** Passes connections on to `port`. */
  constructor(port: number) {
    this.#server = createServer((client) => {
      const passage = new Passage(client, connect(port, '127.0.0.1'))
      this.#connectionCount++
      this.#passages.add(passage)
      client.on('close', () => this.#passages.delete(passage))
    })
  }

  /** `ws://127.0.0.1:PORT` */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(`ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
      })
    })
  }

  /** Connections so far. */
  get connectionCount(): number {
    return this.#connectionCount
  }

  /** Every open connection gets the bytes before the venue's next frame. */
  slipIn(bytes: Buffer): void {
    for (const passage of this.#passages) passage.slipIn(bytes)
  }

  close(): void {
    this.#server.close()
    for (const passage of this.#passages) passage.cut()
  }
}

/** One connection: the venue's bytes are cut into frames, the engine's pass as they are. */
class Passage {
  readonly #client: Socket
  readonly #venue: Socket
  #isUpgraded = false
  #rest = Buffer.alloc(0)
  #slipped: Buffer[] = []

  constructor(client: Socket, venue: Socket) {
    this.#client = client
    this.#venue = venue
    client.pipe(venue)
    venue.on('data', (bytes) => this.#pass(bytes))
    venue.on('close', () => client.destroy())
    client.on('close', () => venue.destroy())
    client.on('error', () => undefined)
    venue.on('error', () => undefined)
  }

  slipIn(bytes: Buffer): void {
    this.#slipped.push(bytes)
  }

  cut(): void {
    this.#client.destroy()
    this.#venue.destroy()
  }

  #pass(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (let size = this.#wholeSize(); size > 0; size = this.#wholeSize()) {
      if (this.#isUpgraded)
        for (const slipped of this.#slipped.splice(0)) this.#client.write(slipped)
      this.#client.write(this.#rest.subarray(0, size))
      this.#rest = this.#rest.subarray(size)
      this.#isUpgraded = true
    }
  }

  /** Bytes of the answer to the upgrade, then of the first frame; 0 while it is incomplete. */
  #wholeSize(): number {
    const rest = this.#rest
    if (!this.#isUpgraded) {
      const end = rest.indexOf(HEAD_END)
      return end < 0 ? 0 : end + HEAD_END.length
    }
    const size = frameSize(rest)
    return size <= rest.length ? size : 0
  }
}

/** Of the unmasked frame that begins the bytes; Infinity while its head is incomplete. */
function frameSize(bytes: Buffer): number {
  const short = bytes[1] ?? 0
  if (bytes.length < 2 || (short >= 126 && bytes.length < 10)) return Infinity
  if (short < 126) return short + 2
  return short === 126 ? bytes.readUInt16BE(2) + 4 : Number(bytes.readBigUInt64BE(2)) + 10
}
