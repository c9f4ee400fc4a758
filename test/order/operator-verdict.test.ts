import { describe, expect, it } from 'vitest'
import {
  type OperatorVerdict,
  type ProvedFigures,
  unbookedNotional,
  verdictFault,
} from '#order/operator-verdict.ts'

/** An order of 100 units of which 40 are booked, at 10 each, and the venue has counted 40. */
const PROVED: ProvedFigures = {
  qtyUnits: 100,
  filledUnits: 40,
  cumQtyUnits: 40,
  filledNotional: 400,
  venueOrderId: '77',
}
const NOTHING = { filledUnits: 0, cumQtyUnits: 0, filledNotional: 0, venueOrderId: '' }

const done = (filledUnits: number, averagePriceUnits: number | null = null) =>
  ({ kind: 'done', filledUnits, averagePriceUnits }) as const

function fault(verdict: OperatorVerdict, proved: Partial<ProvedFigures> = {}, isForced = false) {
  const settlement = { orderId: 'f1', verdict, who: 'alice', reason: 'seen by phone', isForced }
  return verdictFault(settlement, { ...PROVED, ...proved })
}

describe('a verdict', () => {
  it('needs a reason', () => {
    const settlement = { orderId: 'f1', verdict: done(40), who: 'alice', isForced: true }
    for (const reason of ['', '  ']) {
      expect(verdictFault({ ...settlement, reason }, PROVED)).toContain('needs a reason')
    }
    expect(verdictFault({ ...settlement, reason: 'seen' }, PROVED)).toBe('')
  })

  it.each([
    ['of an order that nobody named', NOTHING, false, ''],
    ['of one that the venue named', { ...NOTHING, venueOrderId: '77' }, false, 'has named it 77'],
    ['of one that the venue named, insisted on', { ...NOTHING, venueOrderId: '77' }, true, ''],
    ['of one that has booked fills', { ...NOTHING, filledUnits: 1 }, true, 'not absent'],
    ['of one with counted fills', { ...NOTHING, cumQtyUnits: 7 }, true, '7 units of it are filled'],
  ])('of absence, %s', (_what, proved, isForced, said) => {
    const text = fault({ kind: 'absent' }, proved, isForced)
    if (said === '') expect(text).toBe('')
    else expect(text).toContain(said)
  })

  it.each([
    // filled  average   proved                    what is said
    [40, null, {}, ''],
    [100, 10, {}, ''],
    [101, 10, {}, 'it was for 100 units'],
    [101, 10, { qtyUnits: 0 }, ''],
    [39, 10, {}, '40 units are proved to be filled'],
    [49, 10, { cumQtyUnits: 50 }, '50 units are proved to be filled'],
    [50, 10, { cumQtyUnits: 50 }, ''],
    [0, null, NOTHING, ''],
    [-1, 10, NOTHING, 'a whole number of units'],
    [40.5, 10, {}, 'a whole number of units'],
    [60, null, {}, '20 units are new: an average price is needed'],
    [60, 0, {}, '20 units are new: an average price is needed'],
    [60, NaN, {}, 'an average price is needed'],
    // 60 at 7 are 420: 20 for the 20 new units, a price of 1. At 6.98 they would cost less.
    [60, 7, {}, ''],
    [60, 6.98, {}, 'this average leaves no price for the new units'],
  ])('of %f done at %s, with %j proved: %j', (filled, average, proved, said) => {
    const text = fault(done(filled, average), proved)
    if (said === '') expect(text).toBe('')
    else expect(text).toContain(said)
  })
})

describe('what a verdict adds', () => {
  it.each([
    // filled  average  booked for  it adds
    [100, 10, 400, 600],
    [100, 11, 400, 700],
    [100, 10.504, 400, 650],
    [40, null, 400, -400],
    // Only the journal knows what the booked fills cost: the average is taken for the new ones.
    [100, 10.504, NaN, 630],
  ])('%i done at %s, booked for %d: %i', (filled, average, filledNotional, adds) => {
    expect(unbookedNotional(done(filled, average), { ...PROVED, filledNotional })).toBe(adds)
  })
})
