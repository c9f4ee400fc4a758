// Byte links over the kernel's sockets: node:net and, for TLS, node:tls.
//
// Reads land in the session's own region (`onread`), past the stream machinery; writes go to the
// file descriptor in the same call. The clock is read once for each callback, and after the
// listener the engine runs its turn in it. It deliberately does not reconnect and does not know
// what the bytes mean.
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates } from 'node:tls'
import { assert } from '#core/assert.ts'
import type { Clock } from '#core/clock.ts'
import { errorText } from '#core/engine-error.ts'
import { SEND_FRAME_BYTES_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { NS_PER_MS, type MonoNs } from '#core/units.ts'
import { LinkClose } from './byte-link.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from './byte-link.ts'
import {
  LINK_END_NS,
  LINK_PENDING_BYTES_MAX,
  LinkEvent,
  LinkState,
  linkTransitions,
} from './link-state.ts'
import type { ReceiveRegion } from './receive-region.ts'

/** Runs after every socket callback, with the time that the callback began at. */
export type AfterRead = (nowNs: MonoNs) => void

export interface NetDialerOptions {
  /** PEM of certificate authorities trusted beside Node's own. */
  readonly extraCa?: string
  readonly pendingBytesMax?: number
}

interface LinkSetting {
  readonly clock: Clock
  readonly afterRead: AfterRead
  readonly pendingBytesMax: number
  readonly ca: readonly string[] | undefined
}

export class NetDialer implements Dialer {
  readonly #setting: LinkSetting

  constructor(clock: Clock, afterRead: AfterRead, options: NetDialerOptions = {}) {
    this.#setting = {
      clock,
      afterRead,
      pendingBytesMax: options.pendingBytesMax ?? LINK_PENDING_BYTES_MAX,
      ca: options.extraCa === undefined ? undefined : [...rootCertificates, options.extraCa],
    }
  }

  /** The port must be 1 … 65535 (checked with the configuration). */
  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink {
    return new NetLink(this.#setting, address, region, listener)
  }
}

class NetLink implements ByteLink {
  out: Buffer = Buffer.allocUnsafeSlow(SEND_FRAME_BYTES_MAX)
  #spare: Buffer = Buffer.allocUnsafeSlow(SEND_FRAME_BYTES_MAX)
  readonly #setting: LinkSetting
  readonly #region: ReceiveRegion
  readonly #listener: LinkListener
  readonly #socket: Socket
  #state: LinkState = LinkState.Dialing
  #wasOpen = false
  #weEnded = false
  #errorText = ''
  #endTimer: NodeJS.Timeout | undefined

  constructor(
    setting: LinkSetting,
    address: LinkAddress,
    region: ReceiveRegion,
    listener: LinkListener,
  ) {
    this.#setting = setting
    this.#region = region
    this.#listener = listener
    this.#socket = this.#connect(address)
    this.#socket.once(address.tls ? 'secureConnect' : 'connect', () => this.#opened())
    this.#socket.on('error', (error) => this.#failed(error))
    this.#socket.once('close', () => this.#closed())
  }

  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  /**
   * When the kernel took everything, `out` is free again at once. When it did not, node keeps the
   * buffer until it has, so the spare takes its place; what is sent meanwhile waits as a copy.
   */
  send(sizeBytes: number): Outcome {
    assert(sizeBytes > 0 && sizeBytes <= SEND_FRAME_BYTES_MAX, 'a send beyond the out buffer')
    const socket = this.#socket
    const refusal = this.#refusal(sizeBytes)
    if (refusal !== Outcome.Ok) return refusal
    const frame = this.out.subarray(0, sizeBytes)
    if (socket.writableLength > 0) {
      socket.write(Buffer.from(frame))
      return Outcome.Ok
    }
    socket.write(frame)
    if (socket.writableLength > 0) {
      const retained = this.out
      this.out = this.#spare
      this.#spare = retained
    }
    return Outcome.Ok
  }

  write(bytes: Uint8Array): Outcome {
    const refusal = this.#refusal(bytes.length)
    if (refusal === Outcome.Ok) this.#socket.write(Buffer.from(bytes))
    return refusal
  }

  close(): void {
    if (!this.#endOnce()) return
    if (!this.#wasOpen) {
      this.#socket.destroy()
      return
    }
    this.#socket.end()
    this.#endTimer ??= setTimeout(() => this.#socket.destroy(), LINK_END_NS / NS_PER_MS)
  }

  abort(): void {
    if (this.#endOnce()) this.#socket.destroy()
  }

  #refusal(sizeBytes: number): Outcome {
    const socket = this.#socket
    if (this.#state !== LinkState.Open || !socket.writable) return Outcome.NotReady
    const isFull = socket.writableLength + sizeBytes > this.#setting.pendingBytesMax
    return isFull ? Outcome.Full : Outcome.Ok
  }

  #connect(address: LinkAddress): Socket {
    const { host, port } = address
    const region = this.#region
    const onread = {
      buffer: () => region.room(),
      callback: (sizeBytes: number) => this.#read(sizeBytes),
    }
    if (!address.tls) return connectTcp({ host, port, onread })
    const { ca } = this.#setting
    const options = {
      host,
      port,
      onread,
      ALPNProtocols: ['http/1.1'],
      // RFC 6066 allows names only; for an address the certificate is checked against `host`.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca: [...ca] }),
    }
    return connectTls(options)
  }

  #opened(): void {
    const nowNs = this.#setting.clock.nowNs()
    if (this.#state !== LinkState.Dialing) return
    this.#step(LinkEvent.Opened)
    this.#wasOpen = true
    this.#socket.setNoDelay(true)
    this.#listener.onOpen(nowNs)
    this.#setting.afterRead(nowNs)
  }

  /** True keeps the socket reading. Bytes after our end are dropped: the region stays as it was. */
  #read(sizeBytes: number): boolean {
    const nowNs = this.#setting.clock.nowNs()
    assert(this.#state !== LinkState.Dialing, 'bytes on a link before it opened')
    if (!this.#isOpen) return true
    this.#region.commit(sizeBytes)
    let isMoreToRead = true
    while (isMoreToRead && this.#isOpen) {
      isMoreToRead = this.#listener.onBytes(this.#region, nowNs)
      this.#setting.afterRead(nowNs)
    }
    return true
  }

  #failed(error: Error): void {
    if (this.#errorText !== '') return
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'socket error'
    this.#errorText = errorText(error) || code
  }

  #closed(): void {
    const nowNs = this.#setting.clock.nowNs()
    clearTimeout(this.#endTimer)
    this.#step(LinkEvent.Gone)
    const reason = this.#closeReason()
    const ended = this.#weEnded ? 'ended by us' : 'ended by the peer'
    this.#listener.onClosed(reason, this.#errorText || ended, nowNs)
    this.#setting.afterRead(nowNs)
  }

  #closeReason(): LinkClose {
    if (this.#weEnded) return LinkClose.Ended
    if (!this.#wasOpen) return LinkClose.Refused
    return this.#errorText === '' ? LinkClose.Ended : LinkClose.Broken
  }

  get #isOpen(): boolean {
    return this.#state === LinkState.Open
  }

  /** False when the link is gone already. */
  #endOnce(): boolean {
    if (!linkTransitions.allows(this.#state, LinkEvent.WeEnd)) return false
    this.#step(LinkEvent.WeEnd)
    this.#weEnded = true
    return true
  }

  #step(event: number): void {
    const next = linkTransitions.next(this.#state, event)
    assert(next >= 0, 'a link left its table')
    this.#state = next as LinkState
  }
}
