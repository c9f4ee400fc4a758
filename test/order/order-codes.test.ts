// These numbers stand in journals: the name a reader prints must be the one the writer meant.
import { describe, expect, it } from 'vitest'
import { CANCEL_CAUSE_NAMES, CancelCause } from '#order/intent.ts'
import {
  ORDER_TYPE_NAMES,
  OrderType,
  REJECT_REASON_NAMES,
  RejectReason,
  TIME_IN_FORCE_NAMES,
  TimeInForce,
} from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderState } from '#order/order-state.ts'

const CODES: readonly (readonly [string, Readonly<Record<string, number>>, readonly string[]])[] = [
  ['order states', OrderState, ORDER_STATE_NAMES],
  ['order types', OrderType, ORDER_TYPE_NAMES],
  ['times in force', TimeInForce, TIME_IN_FORCE_NAMES],
  ['reject reasons', RejectReason, REJECT_REASON_NAMES],
  ['cancel causes', CancelCause, CANCEL_CAUSE_NAMES],
]

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, at) => (at === 0 ? '' : '_') + letter.toLowerCase())

describe('journalled codes', () => {
  it.each(CODES)(
    '%s count from 0 without a gap and are named in that order',
    (_what, codes, names) => {
      expect(Object.values(codes)).toEqual(names.map((_, number) => number))
      // A name may say more than its code, `kill_switch` for Kill, never something else.
      for (const [number, code] of Object.keys(codes).map(snakeCase).entries()) {
        expect(names[number]!.slice(0, code.length)).toBe(code)
      }
    },
  )
})
