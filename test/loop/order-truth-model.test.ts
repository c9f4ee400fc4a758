// Any interleaving of what can happen between an engine and its venue ends in the venue's truth.
//
// Requests and answers are lost, late and repeated, events come in any order, sessions drop, reads
// lag, listings fail or are partial, trades stay hidden for a while. After every step nothing is
// booked that the venue did not trade, and no more could be filled than is held for possible; after
// the ladder has had its time, order truth is the venue's truth, to the trade.
import { describe, it } from 'vitest'
import fc from 'fast-check'
import { Story } from './order-story.ts'

const RUNS = Number(process.env['FLOE_INTERLEAVINGS'] ?? 20_000)
const WATCHED_RUNS = Math.ceil(RUNS / 10)

function tell(options: { readonly isWatched: boolean }, numRuns: number): void {
  const script = fc.array(fc.nat(2 ** 20), { minLength: 4, maxLength: 40 })
  const property = fc.property(script, (picks) => {
    const story = new Story(options)
    try {
      for (const pick of picks) story.step(pick)
      story.settle()
      story.judge()
    } catch (thrown) {
      throw new Error(story.trace.join(' · '), { cause: thrown })
    }
  })
  fc.assert(property, { numRuns })
}

describe("the venue's truth is where it ends", { timeout: 120_000 }, () => {
  it(`after any of ${RUNS} interleavings, by the ladder alone`, () => {
    tell({ isWatched: false }, RUNS)
  })

  it(`after any of ${WATCHED_RUNS}, with events of the stream lost for good, by the check`, () => {
    tell({ isWatched: true }, WATCHED_RUNS)
  })
})
