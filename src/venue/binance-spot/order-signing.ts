// Hot path.
// Signs an order that stands in its frame: its payload is put together in the kernel's memory, the
// signature goes straight into the frame. No text is made on the way.
import type { HmacSha256 } from '#kernel/hmac-sha256.ts'
import type { Kernels } from '#kernel/kernels.ts'
import type { Credentials } from '#venue/venue.ts'
import { payloadPrefix, type PayloadTemplate } from './payload-template.ts'

export class OrderSigning {
  readonly apiKey: string
  readonly #hmac: HmacSha256
  readonly #prefixBytes: number

  constructor(credentials: Credentials, kernels: Kernels) {
    const prefix = Buffer.from(payloadPrefix(credentials.key), 'utf8')
    this.apiKey = credentials.key
    this.#hmac = kernels.hmacSha256()
    this.#hmac.useKey(Buffer.from(credentials.secret, 'utf8'), prefix)
    this.#prefixBytes = prefix.length
  }

  /** `frame` holds the order; its signature is written into it. */
  sign(payload: PayloadTemplate, frame: Uint8Array): void {
    const message = this.#hmac.message
    const prefixBytes = this.#prefixBytes
    const image = payload.image()
    message.set(image, prefixBytes)
    const { fields, starts, ends, places } = payload
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!
      const end = ends[field]!
      let to = prefixBytes + places[field]!
      for (let from = starts[field]!; from < end; from++) message[to++] = frame[from]!
    }
    this.#hmac.sign(prefixBytes + image.length, frame, payload.signatureAt)
  }
}
