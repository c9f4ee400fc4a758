// Arbitrary journal records of every kind, drawn from the layout table itself.
import fc from 'fast-check'
import { RECORD_LAYOUTS, type RecordName } from '#journal/record-layout.ts'

export interface AnyRecord {
  readonly name: RecordName
  readonly body: Readonly<Record<string, number | boolean | string>>
  readonly nowNs: number
}

const VALUES = {
  u8: fc.integer({ min: 0, max: 255 }),
  u16: fc.integer({ min: 0, max: 65_535 }),
  u32: fc.integer({ min: 0, max: 0xffff_ffff }),
  i32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  f64: fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true })),
  flag: fc.boolean(),
  text: fc.string({ unit: 'grapheme', maxLength: 40 }),
}

const names = Object.keys(RECORD_LAYOUTS) as RecordName[]

export const anyRecord: fc.Arbitrary<AnyRecord> = fc.constantFrom(...names).chain((name) => {
  const fields = Object.entries(RECORD_LAYOUTS[name].fields)
  const body = Object.fromEntries(fields.map(([field, type]) => [field, VALUES[type]]))
  return fc.record({
    name: fc.constant(name),
    body: fc.record(body),
    nowNs: fc.nat(),
  })
})
