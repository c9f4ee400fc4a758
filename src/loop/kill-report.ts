// What an engaged kill switch has to say: who engaged it, which orders of ours are not known to be
// over, and which places nobody has proved to be clear. Cold: made when somebody asks.
import { textFromUnits } from '#core/decimal.ts'
import { NS_PER_MS, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { clientIdText } from '#order/client-order-id.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import { isTerminal, ORDER_STATE_NAMES } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import { PlaceState, type KillPlace, type KillSwitch } from '#risk/kill-switch.ts'
import type { AccountDesk } from './account-desk.ts'
import type { VenueRoster } from './venue-roster.ts'

/** Rows of each list: what one answer of the control API holds. */
const REPORT_ROWS_MAX = 100

export interface KillReportTables {
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly roster: Pick<VenueRoster, 'accounts' | 'ownerOf'>
  readonly accountDesk: Pick<AccountDesk, 'isReady'>
  readonly killSwitch: KillSwitch
}

export interface KillReport {
  readonly engaged: boolean
  /** Proved by the venues: no order of ours is open. */
  readonly confirmed: boolean
  readonly origin: string
  readonly who: string
  readonly reason: string
  readonly engaged_for_ms: number
  /** Also those that the list has no room for. */
  readonly open_count: number
  readonly open: readonly KillOrderRow[]
  readonly unproved_count: number
  readonly unproved: readonly KillPlaceRow[]
}

/** An order of ours that is not known to be over. */
export interface KillOrderRow {
  readonly order: string
  readonly venue: string
  readonly account: string
  readonly symbol: string
  /** The last that is known. */
  readonly state: string
  readonly filled: string
  readonly quantity: string
}

/** No listing has proved yet that nothing of ours is open there. */
export interface KillPlaceRow {
  readonly venue: string
  readonly account: string
  /** '' while the venue's listings are not known. */
  readonly symbol: string
  readonly why: string
}

export function killReport(
  tables: KillReportTables,
  confirmed: boolean,
  nowNs: MonoNs,
): KillReport {
  const { cause, engagedNs } = tables.killSwitch
  const open = cause === null ? [] : openRows(tables)
  const unproved = cause === null || confirmed ? [] : unprovedRows(tables, nowNs)
  return {
    engaged: cause !== null,
    confirmed,
    origin: cause?.origin ?? '',
    who: cause?.who ?? '',
    reason: cause?.reason ?? '',
    engaged_for_ms: cause === null ? 0 : Math.round((nowNs - engagedNs) / NS_PER_MS),
    open_count: open.length,
    open: open.slice(0, REPORT_ROWS_MAX),
    unproved_count: unproved.length,
    unproved: unproved.slice(0, REPORT_ROWS_MAX),
  }
}

/** An order of ours on this account and instrument is not known to be over. */
export function hasOpenOrder(
  { live, orders }: Pick<KillReportTables, 'live' | 'orders'>,
  { account, instrument }: Pick<KillPlace, 'account' | 'instrument'>,
): boolean {
  let order = live.firstOfInstrument(instrument)
  for (; order !== -1; order = live.nextOfInstrument(order)) {
    if (orders.account(order) === account && !isTerminal(orders.state(order))) return true
  }
  return false
}

function openRows(tables: KillReportTables): KillOrderRow[] {
  const { instruments, live, orders } = tables
  const rows: KillOrderRow[] = []
  for (let instrument = 0; instrument < instruments.count; instrument++) {
    let order = live.firstOfInstrument(instrument)
    for (; order !== -1; order = live.nextOfInstrument(order)) {
      if (!isTerminal(orders.state(order))) rows.push(orderRow(tables, order))
    }
  }
  return rows
}

function orderRow(tables: KillReportTables, order: number): KillOrderRow {
  const { instruments, orders } = tables
  const { symbol, qtyScale } = instruments.at(orders.instrument(order))
  const ownId = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
  return {
    order: orders.foreignId(order) || ownId,
    ...ownerOf(tables, orders.account(order)),
    symbol,
    state: ORDER_STATE_NAMES[orders.state(order)],
    filled: textFromUnits(orders.filledUnits(order), qtyScale),
    quantity: textFromUnits(orders.qtyUnits(order), qtyScale),
  }
}

function unprovedRows(tables: KillReportTables, nowNs: MonoNs): KillPlaceRow[] {
  const { instruments, killSwitch, roster } = tables
  if (killSwitch.places.length === 0) {
    const why = 'the venue has not been reached yet'
    return roster.accounts.map(({ account }) => ({ ...ownerOf(tables, account), symbol: '', why }))
  }
  return killSwitch.places
    .filter(({ state }) => state !== PlaceState.Proved)
    .map((place) => ({
      ...ownerOf(tables, place.account),
      symbol: instruments.at(place.instrument).symbol,
      why: whyUnproved(tables, place, nowNs),
    }))
}

function whyUnproved(tables: KillReportTables, place: KillPlace, nowNs: MonoNs): string {
  if (hasOpenOrder(tables, place)) return 'an order of ours is not known to be over'
  if (place.contradicted !== '') {
    return `the venue lists ${place.contradicted} as open, which our books call over`
  }
  if (!tables.accountDesk.isReady(place.account)) return 'the account is not reconciled'
  if (place.state === PlaceState.Asked) return 'the venue has been asked'
  return nowNs < place.notBeforeNs ? 'an order may still be in flight' : 'not asked yet'
}

function ownerOf(
  { roster }: KillReportTables,
  index: number,
): { readonly venue: string; readonly account: string } {
  const { market, name } = roster.ownerOf(index)
  return { venue: market, account: name }
}
