// SHA-256 and the HMAC around it, for messages of a few blocks. ../hmac-sha256-kernel.ts fills the
// memory it works on and says what lies where; ../hmac-sha256-twin.ts does the same in TypeScript.
//
// A round waits for the one before it, so a block cannot be hashed in lanes. Its schedule can: the
// 64 words that the rounds take in follow from the block alone, and four blocks of a message are
// known at once. So each vector holds the same word of four blocks, and the rounds of a block read
// one lane. Words are kept twice: as they are, for the words after them, and with the constant of
// their round added, for the rounds.
//
//   SUMS: | word 0 of blocks 0 1 2 3 | word 1 of blocks 0 1 2 3 | … | word 63 of blocks 0 1 2 3 |

const INNER: usize = 0
const OUTER: usize = 32
const HEX: usize = 64
const STATE: usize = 128
const CONSTANTS: usize = 256
const WORDS: usize = 512
const SUMS: usize = 1536
const MESSAGE: usize = 4096

const BLOCK_BYTES: usize = 64
const LANES: usize = 4
/** A word of all four lanes. */
const ROW_BYTES: usize = 16
const ROWS_BYTES: usize = 64 * ROW_BYTES
/** The end of the outer message, key block and digest, in bits. */
const OUTER_BITS: u32 = (64 + 32) * 8

/** Takes one block at `at` into the state there. */
export function absorb(state: usize, at: usize): void {
  scheduleFour(at)
  hashLane(SUMS, state)
}

/** The HMAC of the message's first `size` bytes, in hex; `absorbed` of them are in INNER. */
export function sign(absorbed: usize, size: usize): void {
  const end = pad(size)
  copyState(INNER, STATE)
  for (let at = MESSAGE + absorbed; at < end; at += LANES * BLOCK_BYTES) {
    scheduleFour(at)
    const lanes = min<usize>(LANES, (end - at) / BLOCK_BYTES)
    for (let lane: usize = 0; lane < lanes; lane++) hashLane(SUMS + lane * 4, STATE)
  }
  scheduleDigest()
  copyState(OUTER, STATE)
  hashLane(SUMS, STATE)
  writeHex()
}

/** A one bit, zeros, and the size in bits, the key's block counted; returns where they end. */
function pad(size: usize): usize {
  const end = MESSAGE + ((size + 72) & ~63)
  store<u8>(MESSAGE + size, 0x80)
  for (let at = MESSAGE + size + 1; at < end; at += 16) v128.store(at, i32x4.splat(0))
  store<u32>(end - 4, bswap<u32>((<u32>(BLOCK_BYTES + size)) << 3))
  return end
}

function copyState(from: usize, to: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
}

/** The schedules of the four blocks from `from` on; what lies beyond the message does no harm. */
function scheduleFour(from: usize): void {
  for (let at: usize = 0; at < BLOCK_BYTES; at += 16) transposeFour(from + at, at)
  let before2 = v128.load(WORDS, 14 * ROW_BYTES)
  let before1 = v128.load(WORDS, 15 * ROW_BYTES)
  let before16 = v128.load(WORDS)
  for (let row: usize = WORDS; row < WORDS + 48 * ROW_BYTES; row += 2 * ROW_BYTES) {
    const before15 = v128.load(row, 1 * ROW_BYTES)
    const before14 = v128.load(row, 2 * ROW_BYTES)
    const even = nextWords(before16, before15, v128.load(row, 9 * ROW_BYTES), before2)
    const odd = nextWords(before15, before14, v128.load(row, 10 * ROW_BYTES), before1)
    const constants = CONSTANTS + (row - WORDS) / LANES
    v128.store(row, even, 16 * ROW_BYTES)
    v128.store(row, odd, 17 * ROW_BYTES)
    storeSum(row + 16 * ROW_BYTES, even, v128.load32_splat(constants, 16 * 4))
    storeSum(row + 17 * ROW_BYTES, odd, v128.load32_splat(constants, 17 * 4))
    before2 = even
    before1 = odd
    before16 = before14
  }
}

/** Four words of each block, from a row a block to a row a word; `at` is their place in a block. */
function transposeFour(from: usize, at: usize): void {
  const a = swapBytes(v128.load(from))
  const b = swapBytes(v128.load(from, 1 * BLOCK_BYTES))
  const c = swapBytes(v128.load(from, 2 * BLOCK_BYTES))
  const d = swapBytes(v128.load(from, 3 * BLOCK_BYTES))
  const abLow = i32x4.shuffle(a, b, 0, 4, 1, 5)
  const cdLow = i32x4.shuffle(c, d, 0, 4, 1, 5)
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7)
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7)
  const row = WORDS + at * LANES
  storeWord(row, i64x2.shuffle(abLow, cdLow, 0, 2), CONSTANTS + at)
  storeWord(row + 1 * ROW_BYTES, i64x2.shuffle(abLow, cdLow, 1, 3), CONSTANTS + at + 4)
  storeWord(row + 2 * ROW_BYTES, i64x2.shuffle(abHigh, cdHigh, 0, 2), CONSTANTS + at + 8)
  storeWord(row + 3 * ROW_BYTES, i64x2.shuffle(abHigh, cdHigh, 1, 3), CONSTANTS + at + 12)
}

function storeWord(row: usize, words: v128, constant: usize): void {
  v128.store(row, words)
  storeSum(row, words, v128.load32_splat(constant))
}

function storeSum(row: usize, words: v128, constants: v128): void {
  v128.store(row, i32x4.add(words, constants), SUMS - WORDS)
}

function swapBytes(words: v128): v128 {
  return i8x16.shuffle(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

function nextWords(before16: v128, before15: v128, before7: v128, before2: v128): v128 {
  const x = before15
  const turned7 = v128.xor(i32x4.shr_u(x, 7), i32x4.shl(x, 25))
  const turned18 = v128.xor(i32x4.shr_u(x, 18), i32x4.shl(x, 14))
  const small0 = v128.xor(v128.xor(turned7, turned18), i32x4.shr_u(x, 3))
  const y = before2
  const turned17 = v128.xor(i32x4.shr_u(y, 17), i32x4.shl(y, 15))
  const turned19 = v128.xor(i32x4.shr_u(y, 19), i32x4.shl(y, 13))
  const small1 = v128.xor(v128.xor(turned17, turned19), i32x4.shr_u(y, 10))
  return i32x4.add(i32x4.add(before16, small0), i32x4.add(before7, small1))
}

/**
 * The schedule of the outer message's last block, the digest in STATE and its padding, in lane 0.
 * It is alone: words one by one, side by side in WORDS.
 */
function scheduleDigest(): void {
  copyState(STATE, WORDS)
  v128.store(WORDS, i32x4(0x80000000, 0, 0, 0), 32)
  v128.store(WORDS, i32x4(0, 0, 0, OUTER_BITS), 48)
  for (let at: usize = 0; at < 64; at += 4) {
    store<u32>(SUMS + at * LANES, load<u32>(WORDS + at) + load<u32>(CONSTANTS + at))
  }
  let before2 = load<u32>(WORDS, 14 * 4)
  let before1 = load<u32>(WORDS, 15 * 4)
  for (let at: usize = 0; at < 48 * 4; at += 8) {
    const before15 = load<u32>(WORDS + at, 1 * 4)
    const before14 = load<u32>(WORDS + at, 2 * 4)
    const before7 = load<u32>(WORDS + at, 9 * 4)
    const before6 = load<u32>(WORDS + at, 10 * 4)
    const even = load<u32>(WORDS + at) + small0(before15) + before7 + small1(before2)
    const odd = before15 + small0(before14) + before6 + small1(before1)
    store<u32>(WORDS + at, even, 16 * 4)
    store<u32>(WORDS + at, odd, 17 * 4)
    store<u32>(SUMS + at * LANES, even + load<u32>(CONSTANTS + at, 16 * 4), 16 * ROW_BYTES)
    store<u32>(SUMS + at * LANES, odd + load<u32>(CONSTANTS + at, 17 * 4), 17 * ROW_BYTES)
    before2 = even
    before1 = odd
  }
}

function small0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >>> 3)
}

function small1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >>> 10)
}

/**
 * The 64 rounds over one lane of SUMS. Eight of them stand in a row, each with the letters moved on
 * by one, which spares moving the letters' contents. `now` and `last` are a ^ b of this round and
 * of the one before, whose a and b are this round's b and c: the majority needs both.
 */
function hashLane(lane: usize, state: usize): void {
  let a = load<u32>(state)
  let b = load<u32>(state, 4)
  let c = load<u32>(state, 8)
  let d = load<u32>(state, 12)
  let e = load<u32>(state, 16)
  let f = load<u32>(state, 20)
  let g = load<u32>(state, 24)
  let h = load<u32>(state, 28)
  let last = b ^ c
  let now: u32 = 0
  for (const end = lane + ROWS_BYTES; lane < end; lane += 8 * ROW_BYTES) {
    h = mixed(e, f, g, h, load<u32>(lane))
    d += h
    now = a ^ b
    h += big0(a) + (b ^ (now & last))
    g = mixed(d, e, f, g, load<u32>(lane, 1 * ROW_BYTES))
    c += g
    last = h ^ a
    g += big0(h) + (a ^ (last & now))
    f = mixed(c, d, e, f, load<u32>(lane, 2 * ROW_BYTES))
    b += f
    now = g ^ h
    f += big0(g) + (h ^ (now & last))
    e = mixed(b, c, d, e, load<u32>(lane, 3 * ROW_BYTES))
    a += e
    last = f ^ g
    e += big0(f) + (g ^ (last & now))
    d = mixed(a, b, c, d, load<u32>(lane, 4 * ROW_BYTES))
    h += d
    now = e ^ f
    d += big0(e) + (f ^ (now & last))
    c = mixed(h, a, b, c, load<u32>(lane, 5 * ROW_BYTES))
    g += c
    last = d ^ e
    c += big0(d) + (e ^ (last & now))
    b = mixed(g, h, a, b, load<u32>(lane, 6 * ROW_BYTES))
    f += b
    now = c ^ d
    b += big0(c) + (d ^ (now & last))
    a = mixed(f, g, h, a, load<u32>(lane, 7 * ROW_BYTES))
    e += a
    last = b ^ c
    a += big0(b) + (c ^ (last & now))
  }
  addTo(state, a, b, c, d)
  addTo(state + 16, e, f, g, h)
}

function addTo(state: usize, a: u32, b: u32, c: u32, d: u32): void {
  store<u32>(state, load<u32>(state) + a)
  store<u32>(state, load<u32>(state, 4) + b, 4)
  store<u32>(state, load<u32>(state, 8) + c, 8)
  store<u32>(state, load<u32>(state, 12) + d, 12)
}

/** What a round adds to d: h, its word and constant, the choice of f or g by e, and e turned. */
function mixed(e: u32, f: u32, g: u32, h: u32, sum: u32): u32 {
  // Turned by 6, 11 and 25, one within the other.
  const big1 = rotr<u32>(rotr<u32>(rotr<u32>(e, 14) ^ e, 5) ^ e, 6)
  return h + sum + (g ^ (e & (f ^ g))) + big1
}

/** Turned by 2, 13 and 22. */
function big0(a: u32): u32 {
  return rotr<u32>(rotr<u32>(rotr<u32>(a, 9) ^ a, 11) ^ a, 2)
}

function writeHex(): void {
  writeHexOf(swapBytes(v128.load(STATE)), HEX)
  writeHexOf(swapBytes(v128.load(STATE, 16)), HEX + 32)
}

function writeHexOf(bytes: v128, at: usize): void {
  const digits = i8x16(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102)
  const high = i8x16.swizzle(digits, i8x16.shr_u(bytes, 4))
  const low = i8x16.swizzle(digits, v128.and(bytes, i8x16.splat(15)))
  const front = i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
  const back = i8x16.shuffle(
    high,
    low,
    8,
    24,
    9,
    25,
    10,
    26,
    11,
    27,
    12,
    28,
    13,
    29,
    14,
    30,
    15,
    31,
  )
  v128.store(at, front)
  v128.store(at, back, 16)
}
