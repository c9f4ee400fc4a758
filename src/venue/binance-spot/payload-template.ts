// Cold: what is signed of an order request, cut at what varies from order to order. The venue signs
// the parameters sorted by name, the frame carries them as suits the frame, so each varying text is
// found in the frame and copied.
//
//   apiKey=…&  newClientOrderId= │f…│ &newOrderRespType=ACK&price= │60000.10│ &quantity= │0.1│ …
//   └ prefix   └ pieces[0]        └ fields[0]: copied from the frame
import { asciiBytes } from '#wire/json-bytes.ts'
import { signedPayload, type RequestParams } from './endpoints.ts'

/** What varies. */
export const PayloadField = { ClientId: 0, Price: 1, Quantity: 2, Timestamp: 3 } as const
export type PayloadField = (typeof PayloadField)[keyof typeof PayloadField]

/** Stand for the fields, by PayloadField. */
export const FIELD_MARKS: readonly string[] = ['<clientId>', '<price>', '<quantity>', '<timestamp>']
const ANY_MARK = /(<clientId>|<price>|<quantity>|<timestamp>)/

export interface PayloadTemplate {
  /** What does not vary, less the prefix. */
  readonly pieces: readonly Uint8Array[]
  /** The PayloadField behind each piece but the last. */
  readonly fields: readonly number[]
  /** Where each field stands in the frame, by PayloadField. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Where the signature goes in the frame. */
  readonly signatureAt: number
}

/** What every payload of the key begins with: no other parameter sorts before it. */
export function payloadPrefix(apiKey: string): string {
  return `apiKey=${apiKey}&`
}

/** `params` holds marks in place of what varies, and no signature. */
export function payloadTemplate(
  apiKey: string,
  params: RequestParams,
  signatureAt: number,
): PayloadTemplate {
  const payload = signedPayload({ ...params, apiKey })
  // Pieces and marks take turns.
  const texts = payload.slice(payloadPrefix(apiKey).length).split(ANY_MARK)
  return {
    pieces: texts.filter((_, i) => i % 2 === 0).map(asciiBytes),
    fields: texts.filter((_, i) => i % 2 === 1).map((mark) => FIELD_MARKS.indexOf(mark)),
    starts: new Int32Array(FIELD_MARKS.length),
    ends: new Int32Array(FIELD_MARKS.length),
    signatureAt,
  }
}
