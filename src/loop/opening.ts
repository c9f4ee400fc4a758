// The cold half of the engine's life: from listings to running tasks, in the only safe order.
//
//   1 listings → instruments    2 books    3 the past into the tables    4 tasks    5 connections
//
// An account then reconciles by itself and tells its tasks; nothing trades before that.
import type { BookCache } from '#book/book-cache.ts'
import { syncRuleOf } from '#book/sync-rule.ts'
import type { Clock } from '#core/clock.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { TimerWheel } from '#core/timer-wheel.ts'
import type { Prng } from '#core/prng.ts'
import { NS_PER_S, NS_PER_US, type MonoNs } from '#core/units.ts'
import type { Journal } from '#journal/journal.ts'
import type { InstrumentFacts, InstrumentTable } from '#market/instrument.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { AccountCheck } from './account-check.ts'
import type { AccountDesk } from './account-desk.ts'
import { BalanceCheck } from './balance-check.ts'
import { CursorLog } from './cursor-log.ts'
import type { ListingTokens } from './listing-tokens.ts'
import type { Past } from './past.ts'
import { Reconciler } from './reconciler.ts'
import { restorePast, type RestoreTables } from './restore.ts'
import type { Scheduler } from './scheduler.ts'
import type { Settlement } from './settlement.ts'
import { StartUp } from './start-up.ts'
import type { TaskDesk } from './task-desk.ts'
import type { PlannedTask } from './task-plan.ts'
import { symbolsOf, type VenueRoster } from './venue-roster.ts'

/** Beyond the order window after an unclean end: an order may still have been in flight. */
const UNCLEAN_MARGIN_NS = NS_PER_S

export interface OpeningParts {
  readonly clock: Clock
  readonly timers: TimerWheel
  readonly notices: NoticeSink
  readonly prng: Prng
  readonly journal: Journal
  readonly past: Past
  readonly plans: readonly PlannedTask[]
  readonly instruments: InstrumentTable
  readonly books: BookCache
  readonly roster: VenueRoster
  readonly accountDesk: AccountDesk
  readonly tokens: ListingTokens
  readonly tasks: TaskDesk
  readonly scheduler: Scheduler
  readonly settlement: Settlement
  readonly restore: RestoreTables
  factsCount(): number
}

export class Opening {
  readonly #parts: OpeningParts
  /** Set when starting failed for good: the process reports it and ends. */
  failure: EngineError | null = null
  /** Tasks exist and venues are connecting. */
  isOpen = false

  constructor(parts: OpeningParts) {
    this.#parts = parts
  }

  /** Asks for listings; everything else follows from their answer. */
  begin(nowNs: MonoNs): void {
    const { timers, notices, roster, plans, past } = this.#parts
    const asks = roster.markets.map((market) => ({
      market,
      symbols: symbolsOf(market.name, plans, past),
    }))
    const startUp = new StartUp(
      {
        timers,
        notices,
        onListed: (facts, atNs) => this.#list(facts, atNs),
        onAllListed: (atNs) => this.#open(atNs),
        onRefused: (error) => {
          this.failure = error
        },
      },
      asks,
    )
    startUp.begin(nowNs)
  }

  #list(facts: readonly InstrumentFacts[], nowNs: MonoNs): void {
    const { instruments, journal } = this.#parts
    for (const fact of facts) {
      const instrument = instruments.put(fact)
      journal.instrument(instrument.index, fact, nowNs)
    }
  }

  #open(nowNs: MonoNs): void {
    const { past, plans, restore, clock, tasks, roster } = this.#parts
    try {
      this.#introduceAccounts(nowNs)
      this.#subscribeBooks()
      for (const plan of plans) tasks.create(plan)
      restorePast(past, { ...restore, roster }, nowNs, clock.wallUs())
      for (const plan of plans) tasks.begin(plan, nowNs)
    } catch (thrown) {
      this.failure =
        thrown instanceof EngineError ? thrown : new EngineError('start_failed', errorText(thrown))
      return
    }
    for (const market of roster.markets) market.start(nowNs)
    for (const account of roster.accounts) this.#openAccount(account, nowNs)
    this.isOpen = true
  }

  #introduceAccounts(nowNs: MonoNs): void {
    const { roster, journal } = this.#parts
    for (const { account } of roster.accounts) {
      const { market, name } = roster.ownerOf(account)
      const exchange = market.slice(0, market.lastIndexOf('_'))
      journal.account({ index: account, exchange, market, name }, nowNs)
    }
  }

  #subscribeBooks(): void {
    const { instruments, books, roster } = this.#parts
    for (let index = 0; index < instruments.count; index++) {
      const instrument = instruments.at(index)
      const market = roster.market(instrument.market)
      books.subscribe(instrument, market, syncRuleOf(market.name))
      market.subscribe(index)
    }
  }

  #openAccount(account: VenueAccount, nowNs: MonoNs): void {
    const { roster, accountDesk, restore, timers, tokens, notices, settlement } = this.#parts
    const { market, name: ownerName } = roster.ownerOf(account.account)
    const name = `${market} ${ownerName}`
    const tables = { orders: restore.orders, live: restore.live, timers, tokens, notices, name }
    const instruments = roster.instrumentsOf(account, restore.instruments)
    const cursors = this.#cursorsOf(account)
    const balances = new BalanceCheck({ ...restore, notices, account: account.account, name })
    const check = new AccountCheck({
      ...tables,
      account,
      instruments,
      balances,
      prng: this.#parts.prng.fork(),
      doubt: (order, atNs) => settlement.doubt(order, atNs),
      onAgreed: (instrument, venueUs, atNs) => cursors.known(instrument, venueUs, atNs),
    })
    const reconciler = new Reconciler({
      ...tables,
      account,
      instruments,
      balances,
      cursorUs: (instrument) => cursors.us(instrument),
      readyNotBeforeNs: this.#readyNotBeforeNs(account, nowNs),
      factsCount: () => this.#parts.factsCount(),
      onReady: (knownUs, atNs) => {
        for (const instrument of instruments) cursors.known(instrument, knownUs, atNs)
        this.#accountReady(account, atNs)
        check.start(atNs)
      },
    })
    accountDesk.add(account.account, { account, reconciler, check, balances })
    account.start(nowNs)
  }

  #cursorsOf({ account }: VenueAccount): CursorLog {
    const { past, clock, journal, restore, roster } = this.#parts
    const options = { account, owner: roster.ownerOf(account), past, wallUs: clock.wallUs() }
    return new CursorLog(journal, restore.instruments, options)
  }

  /** 0 after a clean end; else when nothing sent before the end can still arrive. */
  #readyNotBeforeNs(account: VenueAccount, nowNs: MonoNs): number {
    const { past, clock } = this.#parts
    if (past.isSettled) return 0
    const downNs = Math.max(0, clock.wallUs() - past.lastWallUs) * NS_PER_US
    return Math.max(1, nowNs + account.orderWindowNs + UNCLEAN_MARGIN_NS - downNs)
  }

  #accountReady(account: VenueAccount, nowNs: MonoNs): void {
    const { roster, notices, tasks, scheduler, settlement } = this.#parts
    const { name } = roster.ownerOf(account.account)
    const text = `${account.marketName} ${name}: orders, fills and balances agree with the venue`
    notices.notice('info', 'account_ready', text, nowNs)
    settlement.askUndecided(account.account, nowNs)
    for (const task of tasks.tasks) {
      if (task.account === account.account) scheduler.wake(task.index)
    }
  }
}
