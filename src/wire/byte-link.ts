// The seam between protocols and the world: an ordered stream of bytes, both ways.
// Two makes: net-link.ts (node:net and node:tls) and memory-link.ts (the virtual clock).
// A link never calls back from inside dial, send, write, close or abort.
import type { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import type { ReceiveRegion } from './receive-region.ts'

export interface LinkAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

export const LinkClose = {
  /** The peer ended the stream, or we did. */
  Ended: 0,
  /** Never opened (refused, host not found, TLS not agreed): nothing of ours was ever sent. */
  Refused: 1,
  /** Reset or broken pipe after it was open: what was sent last may or may not have arrived. */
  Broken: 2,
} as const
export type LinkClose = (typeof LinkClose)[keyof typeof LinkClose]

export interface LinkListener {
  onOpen(nowNs: MonoNs): void
  /**
   * New bytes stand in `region` up to its writeOffset; consume what was understood. True when a
   * turn should come before the rest is looked at: the link takes it, then calls again.
   */
  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean
  /** Exactly once for each dial, also after close(). No callback follows it. */
  onClosed(reason: LinkClose, detail: string, nowNs: MonoNs): void
}

export interface ByteLink {
  /**
   * Compose outgoing bytes here from 0, then send(size): one write, no copy by us. Owned by the
   * link, SEND_FRAME_BYTES_MAX long, and possibly another buffer after each send: read it anew.
   */
  readonly out: Uint8Array
  /** Ok, NotReady (not open, or ending) or Full (too much waits for a peer that does not read). */
  send(sizeBytes: number): Outcome
  /** Cold path: bytes of any size, copied before return. Outcomes as send. */
  write(bytes: Uint8Array): Outcome
  /** Bytes accepted but not yet handed to the kernel. */
  readonly pendingBytes: number
  /** Ends the stream after what was sent; onClosed follows, within a second or so, no onBytes. */
  close(): void
  /** Drops the stream now, unsent bytes included; onClosed follows. For a peer beyond talking. */
  abort(): void
}

export interface Dialer {
  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink
}
