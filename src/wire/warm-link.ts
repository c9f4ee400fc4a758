// A connection to ourselves over loopback, for an engine that spins: what goes over it means
// nothing and keeps two ways in the caches, that of an order to the wire (Node's streams, libuv,
// the kernel's TCP) and that of a tick from it. Where ticks are 2.5 ms apart a write costs 10 to
// 25 µs, and 5 to 6 after a beat.
//
//   beat:  link ──── an order's size ───► peer      read now and then, in bulk
//          link ◄─── a ticker's size ──── peer      read at once, as a tick is
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { MonoNs } from '#core/units.ts'
import type { ByteLink, Dialer, LinkListener } from './byte-link.ts'
import { ReceiveRegion } from './receive-region.ts'

const ORDER_BYTES = 400
const TICKER = Buffer.alloc(160)
/** What is sent meanwhile waits in the kernel. */
const BEATS_PER_DRAIN = 256

export class WarmLink implements LinkListener {
  readonly #dialer: Dialer
  readonly #server: Server
  #link: ByteLink | null = null
  #peer: Socket | null = null
  #isOpen = false
  #beats = 0

  /** Opens in its own time; until then, and after a failure, a beat does nothing. */
  constructor(dialer: Dialer) {
    this.#dialer = dialer
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (peer) => {
      this.#peer = peer
      peer.on('error', () => this.close())
    })
    this.#server.on('error', () => this.close())
    this.#server.listen(0, '127.0.0.1', 1, () => this.#dial())
  }

  beat(): void {
    const link = this.#link
    const peer = this.#peer
    if (!this.#isOpen || link === null || peer === null) return
    link.send(ORDER_BYTES)
    peer.write(TICKER)
    if (++this.#beats % BEATS_PER_DRAIN === 0) this.#drain(peer)
  }

  close(): void {
    this.#isOpen = false
    this.#server.close()
    this.#peer?.destroy()
    this.#link?.abort()
    this.#link = null
    this.#peer = null
  }

  onOpen(_nowNs: MonoNs): void {
    this.#isOpen = true
  }

  onBytes(region: ReceiveRegion, _nowNs: MonoNs): boolean {
    region.consumeTo(region.writeOffset)
    return false
  }

  onClosed(): void {
    this.close()
  }

  #dial(): void {
    const address = this.#server.address()
    if (!isListening(address)) return
    const target = { host: '127.0.0.1', port: address.port, tls: false }
    this.#link = this.#dialer.dial(target, new ReceiveRegion(), this)
  }

  #drain(peer: Socket): void {
    peer.once('data', () => {
      if (peer.readableFlowing === true) peer.pause()
    })
    peer.resume()
  }
}

function isListening(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address === 'object'
}
