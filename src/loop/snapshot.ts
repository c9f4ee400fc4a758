// A folded past as the records of a snapshot: folding them makes the same past again.
//
//   tasks · sums of forgotten orders · orders and fills that matter · how far listings reach
//   the last life: engine_start, what its indexes mean, its newest stamp
//
// Rows of many lives stand side by side, so they name instruments and accounts by indexes of the
// snapshot's own; the last life's follow behind its engine_start, because its records go on.
import type { SnapshotOf } from '#journal/compaction.ts'
import type { JournalHistory } from '#journal/reader.ts'
import type { RecordBody, RecordName } from '#journal/record-layout.ts'
import type { SnapshotRecord } from '#journal/snapshot-segment.ts'
import type { InstrumentFacts } from '#market/instrument.ts'
import { feesText } from '#order/fill-ledger.ts'
import { orderKey } from './forgetting.ts'
import type { Moment, PastAccount, PastFill, PastOrder } from './past-facts.ts'
import { Past } from './past.ts'

/** The facts of a history; null when no incarnation has written any. */
export const snapshotOf: SnapshotOf = (history: JournalHistory) => snapshotOfPast(new Past(history))

export function snapshotOfPast(past: Past): SnapshotRecord[] | null {
  return past.life.start === null ? null : new Draft(past).records()
}

class Draft {
  readonly #past: Past
  readonly #records: SnapshotRecord[] = []
  /** By their JSON: lives repeat each other's listings. */
  readonly #instruments = new Map<string, number>()
  readonly #accounts = new Map<string, number>()
  readonly #textOfFacts = new Map<InstrumentFacts, string>()

  constructor(past: Past) {
    this.#past = past
  }

  records(): SnapshotRecord[] {
    const { orders, fills, cursors, killCause, firstWallUs } = this.#past
    this.#add('journal_began', { wallUs: firstWallUs })
    this.#addTasks()
    this.#addSums()
    for (const order of orders.values()) this.#addOrder(order)
    for (const fill of fills.toSorted(inTime)) this.#addFill(fill)
    for (const { account, instrument, wallUs, tradeId } of cursors.values()) {
      const place = this.#place(account, instrument)
      this.#add('listing_cursor', { ...place, wallUs, tradeId })
    }
    if (killCause !== null) this.#add('kill_switch', { engaged: true, ...killCause })
    this.#addLife()
    return this.#records
  }

  #addTasks(): void {
    for (const task of this.#past.tasks.values()) {
      const { index, id, type, parameters, state, stateName, reason, note } = task
      const { orders, rejects, reprices } = task
      this.#add('task_created', { task: index, id, type, parameters })
      this.#add('task_state', { task: index, state, stateName, reason })
      if (note !== null) this.#add('task_note', { task: index, note: JSON.stringify(note) })
      this.#add('task_counts', { task: index, orders, rejects, reprices })
    }
  }

  #addSums(): void {
    const { totals, positions } = this.#past.forgotten
    for (const [task, sums] of [...totals].toSorted(([a], [b]) => a - b)) {
      const { instrument, qtyUnits, notionalUnits, count } = sums
      this.#add('task_totals', {
        task,
        instrument: this.#instrumentIndex(instrument),
        qtyUnits,
        notional: notionalUnits.toString(),
        fills: count,
        fees: JSON.stringify(feesText(sums)),
      })
    }
    const byScope = [...positions].toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [, { account, instrument, netUnits }] of byScope) {
      this.#add('position', { ...this.#place(account, instrument), netUnits })
    }
  }

  #addOrder(order: PastOrder): void {
    const { created, touched, state, createdWallUs, madeUs, venueOrderId, foreignId } = order
    const body = {
      priceUnits: created.priceUnits,
      qtyUnits: created.qtyUnits,
      filledUnits: order.filledUnits,
      cumQtyUnits: order.cumQtyUnits,
      createdWallUs,
      madeUs,
      touchedUs: touched.latestUs,
      clientIdHi: created.clientIdHi,
      clientIdLo: created.clientIdLo,
      task: created.task,
      ...this.#place(order.account, order.instrument),
      side: created.side,
      type: created.type,
      timeInForce: created.timeInForce,
      orderState: state,
      reduceOnly: created.reduceOnly,
      isOfLastLife: this.#isOfLastLife(touched),
      venueOrderId,
      foreignId,
    }
    this.#add('order_row', body, touched.nowNs)
  }

  #addFill({ fill, instrument, account, task, booked }: PastFill): void {
    const body = {
      priceUnits: fill.priceUnits,
      qtyUnits: fill.qtyUnits,
      venueTimeUs: fill.venueTimeUs,
      bookedUs: booked.latestUs,
      clientIdHi: fill.clientIdHi,
      clientIdLo: fill.clientIdLo,
      task,
      ...this.#place(account, instrument),
      side: fill.side,
      isMaker: fill.isMaker,
      provisional: fill.provisional,
      isOfLastLife: this.#isOfLastLife(booked),
      tradeId: fill.tradeId,
      fee: fill.fee,
      feeAsset: fill.feeAsset,
    }
    this.#add('fill_row', body, booked.nowNs)
  }

  #addLife(): void {
    const { life, stamp, latestUs } = this.#past
    if (life.start === null) return
    const { instance, incarnation, wallUs, configHash, mode, nowNs } = life.start
    // The wall clock may have been set back since it showed this.
    this.#add('clock_stamp', { wallUs: latestUs })
    this.#add('engine_start', { instance, incarnation, wallUs, configHash, mode }, nowNs)
    for (const [index, facts] of life.instruments) {
      this.#add('instrument', { index, facts: this.#textOf(facts) }, nowNs)
    }
    for (const [index, account] of life.accounts) {
      this.#add('account', accountBody(index, account), nowNs)
    }
    this.#add('clock_stamp', { wallUs: stamp.wallUs }, stamp.nowNs)
  }

  #isOfLastLife(moment: Moment): boolean {
    return moment.life === this.#past.life.number
  }

  #place(
    account: PastAccount,
    instrument: InstrumentFacts,
  ): { account: number; instrument: number } {
    return { account: this.#accountIndex(account), instrument: this.#instrumentIndex(instrument) }
  }

  /** Introduces the listing where it is first needed. */
  #instrumentIndex(facts: InstrumentFacts): number {
    const text = this.#textOf(facts)
    const known = this.#instruments.get(text)
    if (known !== undefined) return known
    const index = this.#instruments.size
    this.#instruments.set(text, index)
    this.#add('instrument', { index, facts: text })
    return index
  }

  #accountIndex(account: PastAccount): number {
    const key = `${account.market} ${account.name}`
    const known = this.#accounts.get(key)
    if (known !== undefined) return known
    const index = this.#accounts.size
    this.#accounts.set(key, index)
    this.#add('account', accountBody(index, account))
    return index
  }

  #textOf(facts: InstrumentFacts): string {
    const known = this.#textOfFacts.get(facts)
    if (known !== undefined) return known
    const text = JSON.stringify(facts)
    this.#textOfFacts.set(facts, text)
    return text
  }

  #add<N extends RecordName>(name: N, body: RecordBody<N>, nowNs = 0): void {
    this.#records.push({ name, body, nowNs })
  }
}

/** The same order whoever asks: both sides of a trade may come at the same moment. */
function inTime(a: PastFill, b: PastFill): number {
  const earlier = a.booked.latestUs - b.booked.latestUs || a.booked.nowNs - b.booked.nowNs
  if (earlier !== 0) return earlier
  const [nameA, nameB] = [nameOf(a), nameOf(b)]
  if (nameA === nameB) return 0
  return nameA < nameB ? -1 : 1
}

const nameOf = ({ fill }: PastFill): string => `${orderKey(fill)} ${fill.tradeId}`

function accountBody(index: number, { market, name }: PastAccount): RecordBody<'account'> {
  return { index, exchange: market.slice(0, market.lastIndexOf('_')), market, name }
}
