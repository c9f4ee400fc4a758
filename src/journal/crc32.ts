// CRC-32 of whole words, for records of a hundred bytes: there zlib's call costs three times the
// checksum itself. Readers keep zlib, whose large pieces are cheaper; a test holds the two
// together.
//
// Eight bytes are folded in at once, each through a table that knows what the bytes behind it will
// do to it: TABLES[256 * n + byte] is the CRC of that byte followed by n zero bytes.

const POLYNOMIAL = 0xedb8_8320
const BYTES_AT_ONCE = 8
const TABLES = tables()

/** Of the words from `start` up to `end`, an even number of them, little-endian. */
export function crc32OfWords(words: Uint32Array, start: number, end: number, seed: number): number {
  const table = TABLES
  let crc = ~seed
  for (let at = start; at < end; at += 2) {
    const low = words[at]! ^ crc
    const high = words[at + 1]!
    crc =
      table[0x700 | (low & 0xff)]! ^
      table[0x600 | ((low >>> 8) & 0xff)]! ^
      table[0x500 | ((low >>> 16) & 0xff)]! ^
      table[0x400 | (low >>> 24)]! ^
      table[0x300 | (high & 0xff)]! ^
      table[0x200 | ((high >>> 8) & 0xff)]! ^
      table[0x100 | ((high >>> 16) & 0xff)]! ^
      table[high >>> 24]!
  }
  return ~crc >>> 0
}

function tables(): Int32Array {
  const table = new Int32Array(256 * BYTES_AT_ONCE)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? POLYNOMIAL : 0)
    table[byte] = crc
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256]!
    table[i] = (before >>> 8) ^ table[before & 0xff]!
  }
  return table
}
