// Hot path.
// A private event in the layout Binance spot sends it:
//
//   {"subscriptionId":0,"event":{"e":"executionReport","E":1700000000101,"s":"BTCUSDT",…}}
//
// Any deviation is a "no" and nothing else: reply-envelope.ts then reads the message member by
// member. Layout: user data stream document of 2026-07-21.
import { ByteLayout, NOT_READ, textList } from '#wire/byte-layout.ts'
import type { ByteScanner } from '#wire/byte-scan.ts'
import { CLOSE_OBJECT } from '#wire/json-bytes.ts'
import { LetterFields } from './letter-fields.ts'

const TEXTS = textList(['{"subscriptionId":', ',"event":'])

export class EventLayout {
  /** Of the event. */
  readonly fields = new LetterFields()
  /** Where the event begins. */
  eventAt = -1
  readonly #layout = new ByteLayout()

  /** True when the whole message was walked; the scanner, which it must be before, has moved. */
  match(scanner: ByteScanner): boolean {
    const layout = this.#layout
    const { bytes, end } = scanner
    layout.reset(bytes, scanner.position, end)
    const idKey = layout.nextText(TEXTS, 0)
    if (idKey === NOT_READ || layout.integer() === NOT_READ) return false
    if (layout.nextText(TEXTS, idKey) === NOT_READ) return false
    const start = scanner.position
    this.eventAt = layout.position
    scanner.position = this.eventAt
    const after = this.fields.match(scanner)
    if (after === end - 1 && bytes[after] === CLOSE_OBJECT) return true
    scanner.position = start
    return false
  }
}
