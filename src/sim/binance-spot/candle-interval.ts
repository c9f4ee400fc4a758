// Where a candle begins and ends, for every interval the venue offers.
//
// All are cut from UTC: most divide the epoch evenly, weeks begin on Monday, months on their first.
import { US_PER_S } from '#core/units.ts'

export interface CandleInterval {
  /** `1m`, as it stands in requests and stream names. */
  readonly name: string
  /** Start of the candle that holds this moment, µs. */
  openUs(timeUs: number): number
  /** Start of the candle behind the one that starts here, µs. */
  endUs(openUs: number): number
}

const MINUTE_US = 60 * US_PER_S
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
/** The epoch was a Thursday. */
const FIRST_MONDAY_US = 4 * DAY_US

const ALL: readonly CandleInterval[] = [
  even('1s', US_PER_S),
  ...[1, 3, 5, 15, 30].map((count) => even(`${count}m`, count * MINUTE_US)),
  ...[1, 2, 4, 6, 8, 12].map((count) => even(`${count}h`, count * HOUR_US)),
  even('1d', DAY_US),
  even('3d', 3 * DAY_US),
  even('1w', 7 * DAY_US, FIRST_MONDAY_US),
  {
    name: '1M',
    openUs: (timeUs) => monthStartDay(monthOfDay(Math.floor(timeUs / DAY_US))) * DAY_US,
    endUs: (openUs) => monthStartDay(monthOfDay(Math.floor(openUs / DAY_US)) + 1) * DAY_US,
  },
]

export const CANDLE_INTERVALS: ReadonlyMap<string, CandleInterval> = new Map(
  ALL.map((interval) => [interval.name, interval]),
)

function even(name: string, lengthUs: number, originUs = 0): CandleInterval {
  return {
    name,
    openUs: (timeUs) => timeUs - ((timeUs - originUs) % lengthUs),
    endUs: (openUs) => openUs + lengthUs,
  }
}

const DAYS_PER_MONTH = 30.436875
/** 1970-01-01, counted from the March of year 0. */
const EPOCH_DAY = 719_468

/** Months since January of year 0, of a day since the epoch. */
function monthOfDay(day: number): number {
  let month = Math.floor((day + EPOCH_DAY) / DAYS_PER_MONTH) + 2
  while (monthStartDay(month) > day) month--
  while (monthStartDay(month + 1) <= day) month++
  return month
}

// With years that begin in March the leap day comes last, and months follow the rhythm of
// 31-30-31-30-31, which is 153 days.
function monthStartDay(month: number): number {
  const fromMarch = month - 2
  const year = Math.floor(fromMarch / 12)
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
  const dayOfYear = Math.floor((153 * (fromMarch - 12 * year) + 2) / 5)
  return 365 * year + leapDays + dayOfYear - EPOCH_DAY
}
