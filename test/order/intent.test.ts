import { describe, expect, it } from 'vitest'
import { INTENTS_PER_TURN_MAX } from '#core/limits.ts'
import { priceUnits, qtyUnits, Side } from '#core/units.ts'
import { CANCEL_CAUSE_NAMES, CancelCause, IntentKind, IntentQueue } from '#order/intent.ts'
import { OrderType } from '#order/order-codes.ts'

const SELLER = { index: 7, account: 2, instrument: 3, side: Side.Sell }
const BUYER = { index: 8, account: 0, instrument: 4, side: Side.Buy }

/** Everything in the queue, as a person would say it. */
function said(queue: IntentQueue): string[] {
  return Array.from({ length: queue.count }, (_, at) => {
    const intent = queue.at(at)
    const { index, account, instrument, side, type, timeInForce, price, qty } = intent
    if (intent.kind === IntentKind.Cancel) {
      return `task ${index} cancels order ${intent.order}: ${CANCEL_CAUSE_NAMES[intent.cause]}`
    }
    const what = `${['buy', 'sell'][side]} ${qty} @ ${price} type ${type} tif ${timeInForce}`
    return `task ${index} places ${what} on ${instrument} for ${account}`
  })
}

function place(queue: IntentQueue, task: typeof SELLER | typeof BUYER): boolean {
  return queue.place(task, OrderType.LimitMaker, priceUnits(100), qtyUnits(5))
}

describe('the intents of a turn', () => {
  it('come out in the order in which they were put', () => {
    const queue = new IntentQueue(8)
    expect(place(queue, SELLER)).toBe(true)
    expect(queue.cancel(9, 40, CancelCause.Reprice)).toBe(true)
    expect(place(queue, BUYER)).toBe(true)
    expect(said(queue)).toEqual([
      'task 7 places sell 5 @ 100 type 2 tif 0 on 3 for 2',
      'task 9 cancels order 40: reprice',
      'task 8 places buy 5 @ 100 type 2 tif 0 on 4 for 0',
    ])
  })

  it('leave nothing behind for the next turn', () => {
    const queue = new IntentQueue(8)
    place(queue, SELLER)
    queue.cancel(9, 40, CancelCause.Pause)
    queue.clear()
    expect(said(queue)).toEqual([])
    queue.cancel(1, 2, CancelCause.Stop)
    place(queue, BUYER)
    expect(said(queue)).toEqual([
      'task 1 cancels order 2: stop',
      'task 8 places buy 5 @ 100 type 2 tif 0 on 4 for 0',
    ])
  })

  it('are refused when the turn is full, and what was put stays', () => {
    const queue = new IntentQueue(1)
    queue.cancel(9, 40, CancelCause.Fault)
    expect([place(queue, SELLER), queue.cancel(1, 2, CancelCause.Stop)]).toEqual([false, false])
    expect(said(queue)).toEqual(['task 9 cancels order 40: fault'])
  })

  it('fit everything that a turn can want', () => {
    const queue = new IntentQueue()
    for (let i = 0; i < INTENTS_PER_TURN_MAX; i++) queue.cancel(0, i, CancelCause.Stop)
    expect([queue.count, queue.cancel(0, 0, CancelCause.Stop)]).toEqual([5_120, false])
    expect(queue.at(INTENTS_PER_TURN_MAX - 1).order).toBe(INTENTS_PER_TURN_MAX - 1)
  })

  it('are not read beyond the last', () => {
    const queue = new IntentQueue(8)
    place(queue, SELLER)
    expect(() => queue.at(1)).toThrow('beyond the count')
  })
})
