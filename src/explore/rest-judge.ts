// When everything is at rest: the engine's word must be the venue's, to the unit, for every task,
// every position and every balance.
import { averageText, D } from '#core/decimal.ts'
import type { Engine } from '#engine.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import type { TaskReport } from '#task/task.ts'
import type { LedgerWatch, Traded } from './ledger-watch.ts'
import { STRANGER_PREFIX } from './stranger.ts'
import { INSTRUMENT } from './venue-world.ts'

export const ENDS: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED'])

export interface RestCase {
  readonly engine: Engine
  readonly ledger: LedgerView
  readonly watch: LedgerWatch
  readonly reports: readonly TaskReport[]
  /** Tasks that somebody has asked to be cancelled. */
  readonly cancelled: ReadonlySet<string>
}

/** '' or the first thing that is not as it must be. */
export function judgeRest(at: RestCase): string {
  return openOrder(at) || taskComplaint(at) || positionComplaint(at)
}

function openOrder({ ledger }: RestCase): string {
  const open = ledger.orders.find(
    ({ status, clientOrderId }) =>
      (status === 'new' || status === 'partially_filled') &&
      !clientOrderId.startsWith(STRANGER_PREFIX),
  )
  return open === undefined ? '' : `order ${open.clientOrderId} is left open at the venue`
}

function taskComplaint({ reports, watch, cancelled }: RestCase): string {
  for (const report of reports) {
    const venue = watch.traded(report.id)
    const complaint = figureComplaint(report, venue) || endComplaint(report, cancelled)
    if (complaint !== '') return `${report.id}: ${complaint}`
  }
  return ''
}

function figureComplaint(report: TaskReport, venue: Traded): string {
  const { qty, quote, fills, fee } = venue
  if (!qty.eq(report.filled)) return `says ${report.filled} filled, the venue ${qty.toFixed()}`
  const parts = qty.add(report.residual).add(report.cancelled)
  // Somebody may have asked for less than was filled already.
  if (!parts.eq(D.max(report.total, qty)))
    return `filled + residual + cancelled is ${parts.toFixed()}`
  if (report.fills !== fills) return `says ${report.fills} fills, the venue ${fills}`
  const { baseAsset, quoteAsset } = INSTRUMENT
  const paid = report.fees[report.side === 'buy' ? baseAsset : quoteAsset] ?? '0'
  if (!fee.eq(paid)) return `says ${paid} of fees, the venue ${fee.toFixed()}`
  const average = qty.isZero() ? '' : averageText(quote.div(qty))
  const isSame = average === report.average_price
  return isSame ? '' : `average ${report.average_price}, venue ${average}`
}

/** Honest: it says why it ended, and a rest that could have been sent is no end. */
function endComplaint(report: TaskReport, cancelled: ReadonlySet<string>): string {
  const { state, residual, reason } = report
  if (!ENDS.has(state)) return `ended ${state} (${reason})`
  if (state === 'CANCELLED') return cancelled.has(report.id) ? '' : 'nobody has cancelled it'
  if (new D(residual).isZero()) return ''
  if (reason === '') return `gives no reason for its residual ${residual}`
  const worth = new D(residual).mul(report.average_price === '' ? 0 : report.average_price)
  const isSendable = worth.gte(new D(INSTRUMENT.minNotional).mul(2))
  return isSendable ? `completed with a residual of ${residual} that the venue would take` : ''
}

function positionComplaint({ engine, ledger }: RestCase): string {
  const ours = new Set(
    ledger.orders
      .filter(({ clientOrderId }) => !clientOrderId.startsWith(STRANGER_PREFIX))
      .map(({ orderId }) => orderId),
  )
  for (const { account } of engine.roster.accounts) {
    const { name } = engine.roster.ownerOf(account)
    const trades = ledger.trades.filter((trade) => trade.account === name)
    const net = trades
      .filter(({ orderId }) => ours.has(orderId))
      .reduce((sum, { side, qty }) => (side === 'buy' ? sum.add(qty) : sum.sub(qty)), new D(0))
    const { qtyScale } = engine.instruments.at(0)
    const said = new D(engine.positions.netUnits(account, 0)).div(10 ** qtyScale)
    if (!said.eq(net)) return `account ${name}: position ${said.toFixed()}, venue ${net.toFixed()}`
  }
  return ''
}

/** Balances are the venue's word and may come late: they are judged with more patience. */
export function balanceComplaint({ engine, ledger }: RestCase): string {
  for (const { account } of engine.roster.accounts) {
    const { name } = engine.roster.ownerOf(account)
    for (const [asset, venue] of Object.entries(ledger.balances[name] ?? {})) {
      const said = engine.positions.balance(account, asset)
      const isZero = Number(venue.free) === 0 && Number(venue.locked) === 0
      if (said === undefined && isZero) continue
      const isSame = said?.free === Number(venue.free) && said.locked === Number(venue.locked)
      if (isSame) continue
      const words = said === undefined ? 'nothing' : `${said.free} free, ${said.locked} locked`
      return (
        `account ${name}: says ${words} of ${asset}, ` +
        `the venue ${venue.free} free, ${venue.locked} locked`
      )
    }
  }
  return ''
}
