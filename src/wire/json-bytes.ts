// Hot path.
// The bytes of JSON: its punctuation, its literals, and which bytes belong to what.

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const MINUS = 0x2d
export const DOT = 0x2e
export const ZERO = 0x30
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d

/** ASCII text as bytes, for keyIs and textIs; made once, at load. */
export function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export const TRUE = asciiBytes('true')
export const FALSE = asciiBytes('false')
export const NULL = asciiBytes('null')
const utf8 = new TextDecoder()

/** Cold: a slice with escapes or beyond ASCII; a bad escape is shown as it stands. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const raw = utf8.decode(bytes.subarray(start, end))
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    return raw
  }
}

export function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

export function isNumberByte(byte: number): boolean {
  const isDigit = byte >= ZERO && byte <= 0x39
  return isDigit || byte === MINUS || byte === 0x2b || byte === DOT || (byte | 0x20) === 0x65
}
