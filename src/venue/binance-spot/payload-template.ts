// Hot path.
// What is signed of an order request, as a template. The venue signs the parameters sorted by name,
// the frame carries them as suits the frame; so each text that varies from order to order is found
// in the frame and copied over its place in the image.
//
//   apiKey=…& │ newClientOrderId=············&newOrderRespType=ACK&price=········&quantity=·······…
//   └ prefix    └ the image of what follows  └ places, the texts' widths as they were last
import { assert } from '#core/assert.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { signedPayload, type RequestParams } from './endpoints.ts'

/** What varies; prices and quantities also in width. */
export const PayloadField = { ClientId: 0, Price: 1, Quantity: 2, Timestamp: 3 } as const
export type PayloadField = (typeof PayloadField)[keyof typeof PayloadField]

/** Stand for the fields, by PayloadField. */
export const FIELD_MARKS: readonly string[] = ['<clientId>', '<price>', '<quantity>', '<timestamp>']
const ANY_MARK = /(<clientId>|<price>|<quantity>|<timestamp>)/

/** What every payload of the key begins with: no other parameter sorts before it. */
export function payloadPrefix(apiKey: string): string {
  return `apiKey=${apiKey}&`
}

export class PayloadTemplate {
  /** Where the signature goes in the frame. */
  readonly signatureAt: number
  /** The fields that this request has, in the payload's order. */
  readonly fields: readonly number[]
  /** Where each field stands in the frame, by PayloadField. */
  readonly starts = new Int32Array(FIELD_MARKS.length)
  readonly ends = new Int32Array(FIELD_MARKS.length)
  /** Where each field stands in the image, by PayloadField. */
  readonly places = new Int32Array(FIELD_MARKS.length)
  readonly #widths = new Int32Array(FIELD_MARKS.length)
  /** What lies between the fields. */
  readonly #pieces: readonly Uint8Array[]
  #image: Uint8Array = new Uint8Array(0)

  /** `params` holds marks in place of what varies, and no signature. */
  constructor(apiKey: string, params: RequestParams, signatureAt: number) {
    const payload = signedPayload({ ...params, apiKey })
    // Pieces and marks take turns.
    const texts = payload.slice(payloadPrefix(apiKey).length).split(ANY_MARK)
    this.signatureAt = signatureAt
    this.fields = texts.filter((_, i) => i % 2 === 1).map((mark) => FIELD_MARKS.indexOf(mark))
    this.#pieces = texts.filter((_, i) => i % 2 === 0).map(asciiBytes)
  }

  /** The payload with places as wide as the fields in the frame, less the prefix. */
  image(): Uint8Array {
    for (const field of this.fields) {
      const width = this.ends[field]! - this.starts[field]!
      if (width !== this.#widths[field]) return this.#layOut()
    }
    return this.#image
  }

  /** Cold: a price or a quantity has another number of digits than the one before. */
  #layOut(): Uint8Array {
    const { fields, starts, ends, places } = this
    const texts: Uint8Array[] = []
    let at = 0
    this.#pieces.forEach((piece, i) => {
      texts.push(piece)
      at += piece.length
      const field = fields[i]
      if (field === undefined) return
      const width = ends[field]! - starts[field]!
      assert(width > 0, 'a signed field stands in the frame')
      texts.push(new Uint8Array(width))
      places[field] = at
      this.#widths[field] = width
      at += width
    })
    this.#image = Buffer.concat(texts)
    return this.#image
  }
}
