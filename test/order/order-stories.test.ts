// The named cases of order truth: what is said about one order of 100 at a price of 10, step by
// step, and what is true of it then.
//
//   = state filled/owed value, what is asked and what a person is told
//
// `fill 1 40@9` is trade 1; `cancelled 70` is the venue's word with its final count; `open 40` and
// `done filled 100` are rows of a query; a count may carry the venue's own sum, `70=693`.
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders, owedUnits } from '#order/live-orders.ts'
import { RejectReason } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { Terminal, VenueEvent, VenueEventKind } from '#order/venue-event.ts'

const STORIES = `
a fill overtakes its ack
  fill 1 40@10 · new · fill 2 60@10
  = filled 100/0 1000
a fill is said three times
  new · fill 1 40@10 · fill 1 40@10 · fill 1 40@10
  = partially_filled 40/0 400
fills come in the wrong order
  new · fill 2 60@11 · fill 1 40@9
  = filled 100/0 1020
the cancel loses the race
  new · ask cancel · fill 1 100@10 · cancel refused unknown
  = filled 100/0 1000
a fill comes after its cancel's ack
  new · ask cancel · cancelled 30 · fill 1 30@10
  = cancelled 30/0 300
a cancel that knew of no fill
  new · ask cancel · cancelled 0 · fill 1 30@10
  = cancelled 30/0 300 late_fill
the last fill after a cancel
  new · cancelled 0 · fill 1 100@10
  = filled 100/0 1000 late_fill
an IOC ends before its ack
  expired 20 · new · fill 1 20@10
  = expired 20/0 200
silence rejects nothing
  silence
  = unknown 0/0 0 ask
silence after the ack is no news
  new · silence
  = open 0/0 0
an answer after all
  silence · new
  = open 0/0 0 ask
a fill proves that it lives
  silence · fill 1 10@10
  = partially_filled 10/0 100 ask
found with fills nobody told of
  silence · open 40
  = open 0/40 0 ask
its fills follow
  silence · open 40 · fill 1 40@10
  = partially_filled 40/0 400 ask
a duplicate id confirms
  rejected duplicate
  = unknown 0/0 0 ask
a rejection after the ack
  new · rejected
  = open 0/0 0 reject_after_accept ask
a rejection after a fill
  fill 1 5@10 · ask cancel · rejected
  = pending_cancel 5/0 50 reject_after_accept ask
rejected, and yet it trades
  rejected · fill 1 5@10
  = partially_filled 5/0 50 late_fill rejected_order_lives
rejected, and yet it is open
  rejected · open 0
  = open 0/0 0 rejected_order_lives
a cancel of what is gone
  new · ask cancel · cancel refused unknown
  = pending_cancel 0/0 0 ask
a cancel refused for the moment
  new · ask cancel · cancel refused busy
  = pending_cancel 0/0 0 ask
a cancel refused for good
  new · ask cancel · cancel refused open
  = open 0/0 0
the same with a fill
  new · fill 1 5@10 · ask cancel · cancel refused open
  = partially_filled 5/0 50
nobody answers the cancel
  new · ask cancel · cancel silence
  = pending_cancel 0/0 0 ask
a listing that is too old
  new · cancelled 0 · open 0
  = cancelled 0/0 0
a report of more than was told
  new · cancelled 0 · done cancelled 30
  = cancelled 0/30 0
a report that it filled after all
  new · cancelled 0 · done filled 100
  = filled 0/100 0
more than was ordered is a fact
  new · fill 1 100@10 · fill 2 5@10
  = filled 105/0 1050 late_fill order_overfilled
a count booked without trades
  new · cancelled 70 · infer
  = cancelled 70/0 700
the same by the venue's own sum
  new · done cancelled 70=693 · infer
  = cancelled 70/0 693
beside a trade that is known
  new · fill 1 20@9 · done cancelled 70=693 · infer
  = cancelled 70/0 693
the real trades replace it
  new · done cancelled 70=693 · infer · fill 1 20@9 · fill 2 50@10
  = cancelled 70/0 680
said twice they count once
  new · done cancelled 70=693 · infer · fill 1 20@9 · fill 1 20@9 · fill 2 50@10 · fill 2
  50@10
  = cancelled 70/0 680
one of them
  new · cancelled 70 · infer · fill 1 20@9
  = cancelled 70/0 680
trades beyond the count
  new · open 30 · infer · fill 1 30@9 · fill 2 20@10
  = partially_filled 50/0 470
those beyond come first
  new · open 30 · infer · fill 2 20@10 50 · fill 1 30@9
  = partially_filled 50/0 470
an amend down, carried out
  new · ask amend 60 · amended 60
  = open 0/0 0
an amend overtaken by its fill
  new · ask amend 60 · fill 1 60@10 · amended 60
  = filled 60/0 600
an amend up, filled before it
  new · ask amend 150 · fill 1 100@10 · amended 150
  = partially_filled 100/0 1000
nobody answers the amend
  new · ask amend 150 · amend silence
  = pending_amend 0/0 0 ask
an amend refused, terms told
  new · ask amend 150 · amend refused 100
  = open 0/0 0
an amend refused without a word
  new · ask amend 150 · amend refused
  = pending_amend 0/0 0 ask
a report does not settle an amend
  new · ask amend 60 · open 0
  = pending_amend 0/0 0
a cancel wins over an amend
  new · ask amend 60 · ask cancel · amended 60 · cancelled 0
  = cancelled 0/0 0
a rejection after the ack, while it is cancelled
  new · ask cancel · rejected
  = pending_cancel 0/0 0 reject_after_accept ask
a rejection of what a listing has shown
  open 0 · rejected
  = open 0/0 0 reject_after_accept ask
silence about the place during an amend
  new · ask amend 60 · silence
  = pending_amend 0/0 0
silence about a cancel during an amend
  new · ask amend 60 · cancel silence
  = pending_amend 0/0 0 ask
silence about a cancel after a refusal
  new · ask cancel · cancel refused open · cancel silence
  = unknown 0/0 0 ask
expired, by a report
  new · done expired 20
  = expired 0/20 0
one of the real trades, said twice
  new · cancelled 70 · infer · fill 1 20@9 · fill 1 20@9
  = cancelled 70/0 680
a sum as low as can be
  new · done cancelled 70=70 · infer
  = cancelled 70/0 70
a sum that no trade can have
  new · done cancelled 70=69 · infer
  = cancelled 70/0 700
the sum outlives a report without one
  new · done cancelled 70=693 · done cancelled 70 · infer
  = cancelled 70/0 693
and a report that is older
  new · done cancelled 70=693 · done cancelled 30=300 · infer
  = cancelled 70/0 693
a sum is of its count
  new · fill 1 40@9 · open 40=999 · cancelled 70 · infer
  = cancelled 70/0 660
`

const NOW = monoNs(1_000)
const REASONS: Readonly<Record<string, RejectReason>> = {
  duplicate: RejectReason.DuplicateClientId,
  unknown: RejectReason.UnknownOrder,
  busy: RejectReason.RateLimited,
  open: RejectReason.StillOpen,
}
const TERMINALS: Readonly<Record<string, Terminal>> = {
  filled: Terminal.Filled,
  cancelled: Terminal.Cancelled,
  expired: Terminal.Expired,
}

class Teller {
  readonly #orders = new OrderTable(4)
  readonly #fills = new FillLedger()
  readonly #told: string[] = []
  readonly #truth: OrderTruth
  readonly #order: number

  constructor() {
    const say = (what: string) => void (this.#told.includes(what) || this.#told.push(what))
    this.#truth = new OrderTruth({
      orders: this.#orders,
      live: new LiveOrders(this.#orders),
      fills: this.#fills,
      positions: new PositionLedger(),
      instance: 1,
      taskOf: (task) => task,
      listener: {
        onOrderChanged: () => {},
        onFill: () => {},
        onNeedsQuery: () => say('ask'),
        onOwedFills: () => {},
        onAdopted: () => say('adopted'),
        onAnomaly: (code) => say(code),
        onUnmatchedFill: () => say('unmatched'),
      },
    })
    this.#order = this.#orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
    this.#orders.setTask(this.#order, 0)
    this.#orders.setQtyUnits(this.#order, 100)
    this.#orders.setPriceUnits(this.#order, 10)
    this.#truth.enter(this.#order, OrderEvent.Send, 0, NOW)
  }

  says(text: string): void {
    const [first = '', second = '', third = '', fourth = ''] = text.split(' ')
    const words = `${first} ${second}`
    if (words === 'ask cancel') this.#truth.enter(this.#order, OrderEvent.CancelSend, 0, NOW)
    else if (words === 'ask amend') this.#truth.amendSent(this.#order, Number(third), NOW)
    else if (first === 'infer') this.#truth.inferOwed(this.#order, NOW)
    else if (first === 'fill') this.#fill(second, third, fourth)
    else if (first === 'done')
      this.#tell('ReportedDone', { terminal: TERMINALS[second]!, ...counted(third) })
    else if (first === 'open') this.#tell('ReportedOpen', { ...counted(second), qtyUnits: 100 })
    else if (words === 'cancel refused') this.#tell('CancelRejected', { reason: REASONS[third]! })
    else if (words === 'amend refused') this.#tell('AmendRejected', { qtyUnits: Number(third) })
    else if (words === 'cancel silence') this.#tell('CancelUnknown')
    else if (words === 'amend silence') this.#tell('AmendUnknown')
    else this.#sayPlain(first, second)
  }

  get ends(): string {
    const orders = this.#orders
    const { notionalUnits } = this.#fills.totals(0)
    const state = ORDER_STATE_NAMES[orders.state(this.#order)]
    const owed = owedUnits(orders, this.#order)
    const figures = `${orders.filledUnits(this.#order)}/${owed} ${notionalUnits}`
    return [state, figures, ...this.#told].join(' ')
  }

  #sayPlain(first: string, second: string): void {
    if (first === 'new') this.#tell('Accepted', { venueOrderId: '7' })
    else if (first === 'silence') this.#tell('PlaceUnknown')
    else if (first === 'rejected') this.#tell('Rejected', { reason: REASONS[second] ?? 16 })
    else if (first === 'cancelled') this.#tell('Cancelled', counted(second))
    else if (first === 'expired') this.#tell('Expired', counted(second))
    else if (first === 'amended') this.#tell('Amended', { qtyUnits: Number(second) })
    else throw new Error(`what is "${first}"?`)
  }

  #fill(tradeId: string, trade: string, cum: string): void {
    const [qty, price] = trade.split('@').map(Number)
    const cumQtyUnits = cum === '' ? -1 : Number(cum)
    this.#tell('Fill', { tradeId, qtyUnits: qty!, priceUnits: price!, cumQtyUnits })
  }

  #tell(kind: keyof typeof VenueEventKind, facts: Partial<VenueEvent> = {}): void {
    const ids = { clientIdHi: clientIdHi(1, 1, 0), clientIdLo: clientIdLo(0, 0) }
    const about = { kind: VenueEventKind[kind], instrument: 0, receivedNs: 1, ...ids }
    this.#truth.apply(Object.assign(new VenueEvent(), about, facts), NOW)
  }
}

function counted(text: string): Partial<VenueEvent> {
  const [cum, sum] = text.split('=')
  return { cumQtyUnits: Number(cum), cumNotionalUnits: sum === undefined ? -1 : Number(sum) }
}

describe('what is true of an order after', () => {
  const stories = STORIES.trim()
    .split(/\n(?=\S)/)
    .map((block) => block.split('\n').map((line) => line.trim()))
    .map(([name = '', ...rest]) => [name, rest.slice(0, -1).join(' '), rest.at(-1) ?? ''] as const)

  it.each(stories)('%s', (_name, steps, ends) => {
    const teller = new Teller()
    for (const step of steps.split(' · ')) teller.says(step)
    expect(`= ${teller.ends}`).toBe(ends)
  })
})
