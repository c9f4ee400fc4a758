// A frame composed in place is the frame made in memory of its own, whatever its size and place.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { Opcode } from '#wire/websocket-frame.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'

const OUT_BYTES = 70_100

it('composes the same frame on either way, and keeps what it copies from', () => {
  const sources = [1, 2, 3].map((step) =>
    Uint8Array.from({ length: 70_003 }, (_, i) => (i * step) & 0xff),
  )
  const roles = fc.constantFrom('client' as const, 'server' as const)
  const sizes = fc.oneof(fc.nat(400), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000))
  const frames = fc.array(fc.tuple(fc.nat(2), sizes, fc.nat(3)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(roles, fc.nat(), frames, (role, seed, list) => {
      const composing = new WebSocketWriter(role, new Prng(seed))
      const making = new WebSocketWriter(role, new Prng(seed))
      const out = new Uint8Array(OUT_BYTES)
      for (const [which, size, start] of list) {
        const source = sources[which]!
        const frameBytes = composing.compose(out, Opcode.Text, source, start, start + size)
        const made = making.frame(Opcode.Text, source.subarray(start, start + size))
        expect(Buffer.compare(out.subarray(0, frameBytes), made)).toBe(0)
      }
    }),
    { numRuns: 300 },
  )
  expect(sources[0]!.every((byte, i) => byte === (i & 0xff))).toBe(true)
})
