// The planted bugs. Each stands for a mistake that has cost somebody money; the text is kept short,
// so that it is the mistake that is found and not its clumsiness.
import type { Planting } from './planting.ts'

const SAYS_COUNTS = /counts \d+ lots, the venue has/

export const PLANTINGS: readonly Planting[] = [
  {
    name: 'fill-counted-twice',
    standsFor: 'a fill is known by its order: after a restart the listing shows it to a fresh row',
    file: 'src/order/fill-ledger.ts',
    find: 'const id = key(fill.account, fill.instrument, fill.tradeId)',
    put: 'const id = key(fill.account, fill.order, fill.tradeId)',
    says: /filled, the venue|here, open at the venue/,
  },
  {
    name: 'late-fill-ignored',
    standsFor: 'an order that is over takes no fills any more',
    file: 'src/order/order-truth.ts',
    find: 'if (!this.#booking.book(order, event, nowNs)) return',
    put:
      'if (isTerminal(this.#state(order))) return\n' +
      '    if (!this.#booking.book(order, event, nowNs)) return',
    says: /says .*, the venue|not at rest/,
  },
  {
    name: 'resend-on-timeout',
    standsFor: 'the same client order id makes it safe to send again what nobody answered',
    file: 'src/loop/settlement.ts',
    find: '    const outcome = this.#ask(',
    put:
      '    const isUnknown = this.#parts.orders.state(at.order) === OrderState.Unknown\n' +
      '    if (isUnknown) account.place(at.order, nowNs)\n' +
      '    const outcome = this.#ask(',
    says: /used twice/,
  },
  {
    name: 'not-found-taken-for-cancelled',
    standsFor: 'what the venue cannot find is not there any more',
    file: 'src/loop/settlement.ts',
    find: 'if (complete) this.#learn(at, nowNs)',
    put:
      'if (at.isAbsent) this.#truthOf().enter(at.order, OrderEvent.Cancel, 0, nowNs)\n' +
      '    else if (complete) this.#learn(at, nowNs)',
    says: /counts|cancelled here, open at the venue/,
  },
  {
    name: 'server-error-taken-for-rejected',
    standsFor: 'a venue that answers 500 has not taken the order',
    file: 'src/venue/binance-spot/wire-codes.ts',
    find: 'if (status >= 500) return R.None',
    put: 'if (status >= 500) return R.Other',
    says: /counts|rejected here, open at the venue/,
  },
  {
    name: 'id-reused-after-lost-tail',
    standsFor: 'a life whose records are gone is taken for one that sent nothing',
    file: 'src/journal/incarnation.ts',
    find: '  for (const header of history.headers) last = Math.max(last, header.incarnation)\n',
    put:
      '  for (const { incarnation, firstSequence } of history.headers) {\n' +
      '    if (firstSequence <= history.lastSequence) last = Math.max(last, incarnation)\n' +
      '  }\n',
    // At the venue; or here, when a listing has brought the lost orders back before.
    says: /used twice|id is used once|of life \d+ arrived after life/,
  },
  {
    name: 'trading-before-ready',
    standsFor: 'a session that is up is taken for an account that is known',
    file: 'src/engine.ts',
    find: '!this.#isStopping && accountDesk.isReady(account)',
    put: '!this.#isStopping && roster.accounts[account]?.isUp === true',
    says: /sent before its account was READY/,
  },
  {
    name: 'average-from-last-price',
    standsFor: 'the last price is taken for the price of everything filled so far',
    file: 'src/order/fill-ledger.ts',
    find: 'totals.notionalUnits += BigInt(fill.priceUnits) * BigInt(fill.qtyUnits)',
    put: 'totals.notionalUnits = BigInt(fill.priceUnits) * BigInt(totals.qtyUnits)',
    says: /average .*, venue/,
  },
  {
    name: 'failed-cancel-loops',
    standsFor: 'a cancel that fails because the order is gone is a cancel to be sent again',
    file: 'src/order/order-truth.ts',
    find: 'if (event.reason !== RejectReason.StillOpen) {',
    put: 'if (event.reason === RejectReason.Other) {',
    says: /its cancel was asked for/,
  },
  {
    name: 'reprice-before-cancel-settled',
    standsFor: 'an order that is being replaced makes room for its replacement at once',
    file: 'src/task/iceberg-cycle.ts',
    find: '    if (!this.working.isTendable) return Verdict.Continue\n',
    put:
      '    const rest = qtyUnits(this.units.totalQty - this.filled())\n' +
      '    if (this.#slices.isReplacement) return this.#placeNext(desired, rest, nowNs)\n' +
      '    if (!this.working.isTendable) return Verdict.Continue\n',
    says: /orders are open at the venue at once/,
  },
  {
    name: 'working-order-left-out-of-sum',
    standsFor: 'the sum is of what is under way; what stands on the book is the task’s own affair',
    file: 'src/order/live-orders.ts',
    find: 'o !== NONE; o = orders.nextOfTask(o)) {\n      sum +=',
    put:
      'o !== NONE; o = orders.nextOfTask(o)) {\n' +
      '      if (orders.state(o) === OrderState.Open) continue\n' +
      '      sum +=',
    says: SAYS_COUNTS,
  },
  {
    name: 'unknown-left-out-of-sum',
    standsFor: 'an order whose fate nobody knows counts for nothing',
    file: 'src/order/live-orders.ts',
    find: '  if (!isTerminal(orders.state(order))) {\n',
    put:
      '  const state = orders.state(order)\n' +
      '  if (!isTerminal(state) && state !== OrderState.Unknown) {\n',
    says: SAYS_COUNTS,
  },
  {
    name: 'snapshot-bridged-off-by-one',
    standsFor: 'the diff that overlaps the snapshot is taken for one that the snapshot contains',
    file: 'src/book/book-sync.ts',
    find: 'this.#load(snapshot) && this.#replay(kept)',
    put: 'this.#load(snapshot) && this.#replay(kept + 1)',
    says: /the live book has/,
  },
  {
    name: 'gap-not-noticed',
    standsFor: 'a diff that is newer than the book is taken for the next one',
    file: 'src/book/sync-rule.ts',
    find: 'follows: (bookId, firstUpdateId) => firstUpdateId <= bookId + 1',
    put: 'follows: (bookId, firstUpdateId) => firstUpdateId > bookId',
    says: /the live book has/,
  },
  {
    name: 'stale-book-traded-on',
    standsFor: 'a stream that still speaks is taken for a book that is right',
    file: 'src/book/book-cache.ts',
    find: 'if (book.state !== BookState.Live || nowNs - book.lastProofNs > bookAgeMaxNs)',
    put: 'if (nowNs - book.lastProofNs > bookAgeMaxNs)',
    says: /was sent on a stale book/,
  },
  {
    name: 'own-order-taken-for-reference',
    standsFor: 'the best price displayed is the market, whoever stands there',
    file: 'src/book/net-top.ts',
    find: 'if (top === NO_PRICE || book.bestQty(side) > own.qtyAt(side, top, nowNs)) return top',
    put: 'if (top === NO_PRICE || book.bestQty(side) > 0) return top',
    says: /takes its own order/,
  },
  {
    name: 'adopted-order-left-out-of-filled',
    standsFor: 'an order with the id of an earlier life belongs to no task of this one',
    file: 'src/engine.ts',
    find: 'ofIncarnation >= this.#parts.incarnationFirst',
    put: 'ofIncarnation === this.#parts.incarnation',
    says: /counts|filled, the venue/,
  },
  {
    name: 'torn-tail-replayed',
    standsFor: 'a record that has its length and a checksum is taken for a whole one',
    file: 'src/journal/record-scan.ts',
    find:
      'return view.getUint32(offset + CRC_OFFSET, true) === recordCrc(bytes, offset, length) ' +
      '? length : 0',
    put: 'return view.getUint32(offset + CRC_OFFSET, true) !== 0 ? length : 0',
    says: /filled, the venue|counts|not at rest|open at the venue/,
  },
  {
    name: 'residual-dropped',
    standsFor: 'a rest smaller than a slice is not worth an order',
    file: 'src/task/slice-size.ts',
    find: 'if (remaining < minQty) return qtyUnits(0)',
    put: 'if (remaining < wanted) return qtyUnits(0)',
    says: /residual/,
  },
  {
    name: 'pause-forgets-fills',
    standsFor:
      'a pause is through when its cancel is sent: what fills until it arrives is forgotten',
    file: 'src/task/working-order.ts',
    find: '      if (isWorking(state)) this.#intents.cancel(this.#task, o, cause)\n',
    put:
      '      if (isWorking(state)) this.#intents.cancel(this.#task, o, cause)\n' +
      '      const isAsked = cause === CancelCause.Pause && state === OrderState.PendingCancel\n' +
      '      if (isAsked) live.remove(o)\n',
    says: /counts \d+ lots, the venue has|pending_cancel here, open at the venue/,
  },
]
