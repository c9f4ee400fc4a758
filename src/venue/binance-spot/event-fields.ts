// Hot path.
// Fields that every event of Binance spot spells alike.
import { US_PER_MS } from '#core/units.ts'
import { ScanRefusal, type ByteScanner } from '#wire/byte-scan.ts'

/** A time above this cannot be milliseconds (year 5138): it is microseconds already. */
const TIME_MS_MAX = 1e14

/** A venue time in µs: streams carry milliseconds, or microseconds when asked to. */
export function readTimeUs(scanner: ByteScanner): number {
  return timeUs(scanner.readInteger())
}

/** The same of a number that was read already. */
export function timeUs(time: number): number {
  return time > TIME_MS_MAX ? time : time * US_PER_MS
}

/** Refuses the message unless the coming value is exactly this text. */
export function expectText(scanner: ByteScanner, expected: Uint8Array): void {
  if (scanner.readText() && !scanner.textIs(expected)) scanner.refuse(ScanRefusal.Syntax)
}
