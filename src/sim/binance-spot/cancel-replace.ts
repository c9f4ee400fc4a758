// Cancel an order and place another in one request (Binance spot documents of 2026-07).
//
// The new order is read and filtered before anything happens, and counts even when it is not
// attempted. Its quantity is fixed by then: a fill that comes between is not subtracted from it.
import type { Call, VenueState } from './method.ts'
import { cancelOrder, placeOrder, readOrderRef } from './order-actions.ts'
import type { Parameters } from './parameters.ts'
import { PLACE_PARAMETERS, readClientId, readPlaceRequest } from './order-request.ts'
import { VenueError } from './venue-error.ts'

export const CANCEL_REPLACE_PARAMETERS =
  `${PLACE_PARAMETERS} cancelReplaceMode cancelOrderId cancelOrigClientOrderId ` +
  'cancelNewClientOrderId cancelRestrictions orderRateLimitExceededMode'

type StepOutcome = 'SUCCESS' | 'FAILURE' | 'NOT_ATTEMPTED'

interface Step {
  readonly outcome: StepOutcome
  readonly response: object | null
}

const NOT_ATTEMPTED: Step = { outcome: 'NOT_ATTEMPTED', response: null }

/** @throws VenueError -2021 when one half failed, -2022 when both did; `data` tells which. */
export function cancelReplace(state: VenueState, call: Call): object {
  const { params } = call
  const stopsOnFailure = readMode(params.text('cancelReplaceMode'))
  refuseUnsupported(params)
  state.limits.spendOrder(call.account, call.nowUs)
  const place = readPlaceRequest(state, call)
  const ref = readOrderRef(params, 'cancelOrderId', 'cancelOrigClientOrderId')
  const cancelId = readClientId(state, call, 'cancelNewClientOrderId')
  const { instrument } = place

  const cancelled = attempt(() => cancelOrder(state, call, { instrument, ref, cancelId }))
  const goesOn = cancelled.outcome === 'SUCCESS' || !stopsOnFailure
  const placed = goesOn ? attempt(() => placeOrder(state, call, place)) : NOT_ATTEMPTED
  const data = {
    cancelResult: cancelled.outcome,
    newOrderResult: placed.outcome,
    cancelResponse: cancelled.response,
    newOrderResponse: placed.response,
  }
  const successes = [cancelled, placed].filter((step) => step.outcome === 'SUCCESS').length
  if (successes === 2) return data
  // Told as an error even when one half was done: the client must look at both.
  throw successes === 1
    ? new VenueError(-2021, 'Order cancel-replace partially failed.', 409, { data })
    : new VenueError(-2022, 'Order cancel-replace failed.', 400, { data })
}

function attempt(run: () => object): Step {
  try {
    return { outcome: 'SUCCESS', response: run() }
  } catch (thrown) {
    if (!(thrown instanceof VenueError)) throw thrown
    return { outcome: 'FAILURE', response: { code: thrown.code, msg: thrown.message } }
  }
}

function readMode(mode: string): boolean {
  if (mode === 'STOP_ON_FAILURE') return true
  if (mode === 'ALLOW_FAILURE') return false
  throw new VenueError(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
}

// The cancel that goes ahead although the order limit is used up is not simulated.
function refuseUnsupported(params: Parameters): void {
  const mode = params.optional('orderRateLimitExceededMode') ?? 'DO_NOTHING'
  if (mode === 'DO_NOTHING') return
  throw new VenueError(-1130, "Data sent for parameter 'orderRateLimitExceededMode' is not valid.")
}
