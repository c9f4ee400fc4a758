// From when on a restart lists, by what its journal knows.
import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { monoNs, qtyUnits } from '#core/units.ts'
import { CursorLog } from '#loop/cursor-log.ts'
import type { PastOrder } from '#loop/past-facts.ts'
import { ForgottenSums } from '#loop/forgetting.ts'
import { NO_CURSOR } from '#loop/reconciler.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const NOW = monoNs(1)
const MINUTE_US = 60_000_000
const DAY_US = 86_400_000_000
/** Noon of some day, µs. */
const NOON_US = 1_800_000_000_000_000
const OWNER = { market: 'test_spot', name: 'main' }

const FACTS = { ...BTC_USDT, maxQtyUnits: qtyUnits(1_000) }

interface Journalled {
  readonly exists?: boolean
  readonly cursorUs?: number
  readonly beganUs?: number
  readonly endedUs?: number
  readonly hasOrders?: boolean
}

function bench(journalled: Journalled) {
  const instruments = new InstrumentTable()
  instruments.put(FACTS)
  const written: number[] = []
  const order = { account: OWNER, instrument: FACTS } as unknown as PastOrder
  const { cursorUs } = journalled
  const cursor = { account: OWNER, instrument: FACTS, wallUs: cursorUs ?? 0, tradeId: '' }
  const past = {
    exists: journalled.exists ?? true,
    firstWallUs: journalled.beganUs ?? NOON_US,
    lastWallUs: journalled.endedUs ?? NOON_US,
    cursorOf: () => (cursorUs === undefined ? null : cursor),
    orders: new Map(journalled.hasOrders === true ? [['1', order]] : []),
    forgotten: new ForgottenSums(),
  }
  const journal = {
    listingCursor: ({ wallUs }: { readonly wallUs: number }) => {
      written.push(wallUs)
      return Outcome.Ok
    },
  }
  const options = { account: 0, owner: OWNER, past, wallUs: NOON_US + MINUTE_US }
  return { log: new CursorLog(journal, instruments, options), written }
}

describe('the listing cursor', () => {
  it('is none for a journal without a past', () => {
    expect(bench({ exists: false }).log.us(0)).toBe(NO_CURSOR)
  })

  it('is what the journal says, in the venue’s time, however our own clock stands', () => {
    expect(bench({ cursorUs: NOON_US + 9 * DAY_US, hasOrders: true }).log.us(0)).toBe(
      NOON_US + 9 * DAY_US,
    )
  })

  it('is a day before the beginning when an earlier life never got READY', () => {
    const beganUs = NOON_US - 30 * DAY_US
    expect(bench({ beganUs }).log.us(0)).toBe(beganUs - DAY_US)
    expect(bench({ hasOrders: true }).log.us(0)).toBe(NOON_US - DAY_US)
  })

  it('is not before our own time when our clock was ahead and has been set back', () => {
    const later = NOON_US + 5 * DAY_US
    expect(bench({ beganUs: later, endedUs: later }).log.us(0)).toBe(NOON_US + MINUTE_US - DAY_US)
  })

  it('is near its end for a journal of a version that kept none', () => {
    const beganUs = NOON_US - 30 * DAY_US
    expect(bench({ beganUs, hasOrders: true }).log.us(0)).toBe(NOON_US - 15 * MINUTE_US)
  })

  it('moves forwards only, and is written each time it does', () => {
    const { log, written } = bench({ cursorUs: 1_000 })
    for (const wallUs of [2_000, 1_500, 2_000, 3_000]) log.known(0, wallUs, NOW)
    expect([log.us(0), written]).toEqual([3_000, [2_000, 3_000]])
  })
})
