// Reads a message whose layout is known byte by byte, 16 bytes at a time. The memory it works on is
// built by ../layout-image.ts, which draws it; ../layout-twin.ts does the same in TypeScript and
// says what each step means. Nothing is allocated, nothing is searched but the key's closing quote.

const KEY_AT: usize = 0
const TABLE_MASK: usize = 4
const TABLE_AT: usize = 8
const LEVELS_MAX: usize = 12
const LISTS: usize = 16
const KEY_MASK_END: usize = 80
const LANES: usize = 112
const POWERS: usize = 128
const FRACTIONS: usize = 320
const VALUES: usize = 512

const ROW_BYTES: usize = 16
const INTEGER_DIGITS_MAX: i32 = 15
const SAFE_MAX: f64 = 9007199254740991

const DOT: u8 = 0x2e
const ZERO: u8 = 0x30
const COMMA: u8 = 0x2c
const QUOTE: u8 = 0x22
const OPEN: u8 = 0x5b
const CLOSE: u8 = 0x5d

/** The number of the layout that the message [start, end) has, its values stored; or −1. */
export function match(start: usize, end: usize): i32 {
  const layout = find(start + load<i32>(KEY_AT))
  if (layout === 0) return -1
  return run(layout, start, end) ? load<i32>(layout) : -1
}

/** Where the layout of the key at `at` stands; 0 when there is none. */
function find(at: usize): usize {
  const quotes = i8x16(34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34, 34)
  const head = v128.load(at)
  const tail = v128.load(at, 16)
  const found =
    i8x16.bitmask(i8x16.eq(head, quotes)) | (i8x16.bitmask(i8x16.eq(tail, quotes)) << 16)
  if (found === 0) return 0
  const size = ctz(found)
  const a = v128.and(head, v128.load(KEY_MASK_END - min(size, 16)))
  const b = v128.and(tail, v128.load(KEY_MASK_END - max(size - 16, 0)))
  // The same mix as in layout-image.ts, which fills the table.
  const mixed = v128.xor(
    i32x4.mul(a, i32x4(0x9e3779b1, 0x9e3779b1, 0x9e3779b1, 0x9e3779b1)),
    i32x4.mul(b, i32x4(0x85ebca77, 0x85ebca77, 0x85ebca77, 0x85ebca77)),
  )
  let hash = i32x4.extract_lane(mixed, 0)
  hash = hash * 31 + i32x4.extract_lane(mixed, 1)
  hash = hash * 31 + i32x4.extract_lane(mixed, 2)
  hash = hash * 31 + i32x4.extract_lane(mixed, 3)
  hash ^= hash >>> 15
  const table = load<i32>(TABLE_AT)
  const mask = load<i32>(TABLE_MASK)
  let slot = hash & mask
  while (true) {
    const entry = <usize>(table + (slot << 3))
    const layout = load<i32>(entry, 4)
    if (layout === 0 || load<i32>(entry) === hash) return layout
    slot = (slot + 1) & mask
  }
}

function run(layout: usize, start: usize, end: usize): bool {
  let at = start
  let row = layout + ROW_BYTES
  while (true) {
    const kind = load<i32>(row)
    const size = <usize>load<i32>(row, 4)
    if (!textIs(at, row + ROW_BYTES, size)) return false
    at += size
    if (kind === 0) return at === end
    const slot = load<i32>(row, 8)
    const into = VALUES + (<usize>slot << 3)
    if (kind === 2) at = readDecimal(at, load<i32>(row, 12), into)
    else if (kind === 1) at = readInteger(at, into)
    else if (kind === 3) at = readFlag(at, into)
    else at = readLevels(at, end, slot, load<i32>(row, 12))
    // A message that was cut goes on into what stood there before: never past its end.
    if (at === 0 || at > end) return false
    row += ROW_BYTES + ((size + 15) & ~15)
  }
}

@inline
function textIs(at: usize, text: usize, size: usize): bool {
  let left = <i32>size
  while (left > 0) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(text)))
    const wanted = left >= 16 ? 0xffff : (1 << left) - 1
    if ((same & wanted) !== wanted) return false
    at += 16
    text += 16
    left -= 16
  }
  return true
}

/** Where the digits end, their value at `into`; 0 when it is no whole number below 10^15. */
@inline
function readInteger(at: usize, into: usize): usize {
  const digits = digitsAt(at)
  const count = ctz(othersOf(digits) | 0x10000)
  if (count === 0 || count > INTEGER_DIGITS_MAX) return 0
  if (count > 1 && load<u8>(at) === ZERO) return 0
  store<f64>(into, valueOf(i8x16.swizzle(digits, toTheRight(16 - count))))
  return at + count
}

/** The same for a decimal × 10^scale; 0 also when that is no whole number below 2^53. */
@inline
function readDecimal(at: usize, scale: i32, into: usize): usize {
  const digits = digitsAt(at)
  const others = othersOf(digits) | 0x10000
  const whole = ctz(others)
  if (whole === 0) return 0
  if (whole > 1 && load<u8>(at) === ZERO) return 0
  let size = whole
  let decimals = 0
  if (whole < 16 && load<u8>(at + whole) === DOT) {
    size = ctz(others & (others - 1) | 0x10000)
    decimals = size - whole - 1
    if (decimals === 0) return 0
  }
  const order = toTheRight(16 - whole - decimals)
  // From the point on, a digit stands one place further back.
  const shifted = i8x16.sub(order, i8x16.ge_s(order, i8x16.splat(<i8>whole)))
  const value = valueOf(i8x16.swizzle(digits, shifted))
  if (value > SAFE_MAX) return 0
  let units: f64
  if (decimals <= scale) {
    units = value * power(scale - decimals)
    if (units > SAFE_MAX) return 0
  } else {
    // Multiplying is faster than dividing; rounded it is exact where the division leaves no rest.
    const surplus = decimals - scale
    units = nearest(value * load<f64>(FRACTIONS + (<usize>surplus << 3)))
    if (units * power(surplus) !== value) return 0
  }
  store<f64>(into, units)
  return at + size
}

@inline
function readFlag(at: usize, into: usize): usize {
  if (load<u32>(at) === 0x65757274) {
    store<f64>(into, 1)
    return at + 4
  }
  if (load<u32>(at) !== 0x736c6166 || load<u8>(at, 4) !== 0x65) return 0
  store<f64>(into, 0)
  return at + 5
}

/** `["price","qty"],…]` from behind the opening bracket to behind the closing one. */
function readLevels(at: usize, end: usize, list: i32, scales: i32): usize {
  const priceScale = scales & 0xff
  const qtyScale = scales >> 8
  const levelsMax = load<i32>(LEVELS_MAX)
  const count = VALUES + (<usize>(30 + list) << 3)
  const lists = LISTS + (<usize>list << 3)
  let price = <usize>load<i32>(lists)
  let qty = <usize>load<i32>(lists, 4)
  store<f64>(count, 0)
  if (load<u8>(at) === CLOSE) return at + 1
  for (let level = 1; level <= levelsMax; level++) {
    if (load<u16>(at) !== (<u16>QUOTE << 8 | OPEN)) return 0
    at = readDecimal(at + 2, priceScale, price)
    if (at === 0 || load<f64>(price) === 0) return 0
    if ((load<u32>(at) & 0xffffff) !== 0x222c22) return 0
    at = readDecimal(at + 3, qtyScale, qty)
    if (at === 0 || at > end || load<u16>(at) !== (<u16>CLOSE << 8 | QUOTE)) return 0
    price += 8
    qty += 8
    at += 3
    const next = load<u8>(at - 1)
    if (next === COMMA) continue
    if (next !== CLOSE) return 0
    store<f64>(count, level)
    return at
  }
  return 0
}

/** Sixteen bytes as digits: 0 to 9, and something above for all else. */
@inline
function digitsAt(at: usize): v128 {
  const zeros = i8x16(48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48)
  return i8x16.sub(v128.load(at), zeros)
}

/** A bit for each lane that is no digit. */
@inline
function othersOf(digits: v128): i32 {
  const ten = i8x16(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10)
  return i8x16.bitmask(i8x16.ge_u(digits, ten))
}

/** For swizzle: lane i takes lane i − places, the lanes in front become 0. */
@inline
function toTheRight(places: i32): v128 {
  return v128.load(LANES - places)
}

/** Sixteen digits, the most significant in the lowest lane. */
@inline
function valueOf(digits: v128): f64 {
  const lower = i16x8(255, 255, 255, 255, 255, 255, 255, 255)
  const tens = i16x8.mul(v128.and(digits, lower), i16x8(10, 10, 10, 10, 10, 10, 10, 10))
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8))
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1))
  const narrow = i16x8.narrow_i32x4_u(fours, fours)
  const eights = i32x4.dot_i16x8_s(narrow, i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1))
  const parts = f64x2.mul(f64x2.convert_low_i32x4_s(eights), f64x2(1e8, 1))
  return f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1)
}

@inline
function power(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3))
}
