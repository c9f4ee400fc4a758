import { describe, expect, it } from 'vitest'
import {
  isLive,
  isTerminal,
  isUndecided,
  isWorking,
  ORDER_STATE_NAMES,
  OrderEvent,
  OrderState,
  orderTransitions,
} from '#order/order-state.ts'

describe('the states of an order', () => {
  it.each([
    // not sent: nothing at the venue to ask about or to take back
    ['created', ''],
    ['pending_new', 'live undecided'],
    ['open', 'live working'],
    ['partially_filled', 'live working'],
    ['pending_cancel', 'live undecided'],
    ['pending_amend', 'live undecided'],
    ['unknown', 'live undecided'],
    ['filled', 'terminal'],
    ['cancelled', 'terminal'],
    ['rejected', 'terminal'],
    ['expired', 'terminal'],
  ])('%s: %s', (name, said) => {
    const state = Object.values(OrderState).find((s) => ORDER_STATE_NAMES[s] === name)!
    const words = [
      isLive(state) ? 'live' : '',
      isUndecided(state) ? 'undecided' : '',
      isWorking(state) ? 'working' : '',
      isTerminal(state) ? 'terminal' : '',
    ]
    expect(words.filter((word) => word !== '').join(' ')).toBe(said)
  })

  it('refuse what the table does not allow, naming state and event', () => {
    expect(orderTransitions.next(OrderState.Created, OrderEvent.Accept)).toBe(-1)
    expect(orderTransitions.refusal(OrderState.Created, OrderEvent.Accept).message).toBe(
      'order: "Accept" is not possible in state Created (possible: Send, SendRefused, NoAnswer)',
    )
  })
})
