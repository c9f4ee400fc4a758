// Carries out what the control room sends, in the turn that takes it: a task's commands go to the
// task, those for the engine as a whole to the kill switch and to the settlement of orders.
//
// A kill is heard from the first turn on. What is for a task waits until there are tasks.
import { unreachable } from '#core/assert.ts'
import { D, textFromUnits, unitsFromText } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_MS, type MonoNs } from '#core/units.ts'
import type { KillDesk } from '#loop/kill-desk.ts'
import type { Settlement } from '#loop/settlement.ts'
import type { TaskDesk } from '#loop/task-desk.ts'
import type { VenueRoster } from '#loop/venue-roster.ts'
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import type { OperatorVerdict } from '#order/operator-verdict.ts'
import type { Command } from './command-queue.ts'
import { isEngineCommand, readEngineCommand } from './engine-command.ts'
import type { EngineCommand, EngineCommandKind, SettleCommand } from './engine-command.ts'

/** Rows of a list: what one answer holds. */
const ROWS_MAX = 100

export interface CommandSource {
  take(): Command | null
  reply(requestId: number, ok: boolean, code: string, message: string): unknown
}

export interface CommandDeskParts {
  readonly tasks: Pick<TaskDesk, 'command' | 'idOf'>
  readonly killDesk: Pick<KillDesk, 'engage' | 'release' | 'report'>
  readonly settlement: Pick<Settlement, 'settleByHand' | 'unsettled'>
  readonly instruments: Pick<InstrumentTable, 'at'>
  readonly roster: Pick<VenueRoster, 'ownerOf'>
  /** The instrument of the order that a person names, null where no order has that name. */
  instrumentOf(orderName: string): Instrument | null
}

export class CommandDesk {
  readonly #source: CommandSource
  readonly #parts: CommandDeskParts
  /** For tasks that do not exist yet. */
  readonly #early: Command[] = []

  constructor(source: CommandSource, parts: CommandDeskParts) {
    this.#source = source
    this.#parts = parts
  }

  /** In every turn: nothing is made where there is nothing to do. */
  drain(isOpen: boolean, nowNs: MonoNs): void {
    if (isOpen && this.#early.length > 0) {
      for (const command of this.#early.splice(0)) this.#commandTask(command, nowNs)
    }
    for (let next = this.#source.take(); next !== null; next = this.#source.take()) {
      if (isEngineCommand(next.kind)) this.#commandEngine(next.kind, next, nowNs)
      else if (isOpen) this.#commandTask(next, nowNs)
      else this.#early.push(next)
    }
  }

  #commandTask({ kind, taskId, argument, requestId }: Command, nowNs: MonoNs): void {
    if (isEngineCommand(kind)) return
    const refusal = this.#parts.tasks.command(taskId, kind, argument, 'api', nowNs)
    this.#answer(requestId, refusal ?? '')
  }

  #commandEngine(kind: EngineCommandKind, { argument, requestId }: Command, nowNs: MonoNs): void {
    try {
      this.#answer(requestId, this.#carryOut(readEngineCommand(kind, argument), nowNs))
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      this.#answer(requestId, thrown)
    }
  }

  /** A refusal, or the answer as JSON, '' where there is nothing to say. */
  #carryOut(command: EngineCommand, nowNs: MonoNs): EngineError | string {
    const { killDesk } = this.#parts
    switch (command.kind) {
      case 'kill':
        killDesk.engage(command, nowNs)
        return ''
      case 'release':
        return killDesk.release(command, command.force, nowNs) ?? ''
      case 'kill_status':
        return JSON.stringify(killDesk.report(nowNs))
      case 'settle':
        return this.#settle(command, nowNs) ?? ''
      case 'unsettled':
        return this.#unsettled(nowNs)
      default:
        return unreachable(command)
    }
  }

  #settle(command: SettleCommand, nowNs: MonoNs): EngineError | null {
    const instrument = this.#parts.instrumentOf(command.order)
    if (instrument === null) {
      const fix = 'floe settle CONFIG without an id lists those that are not settled'
      return new EngineError('unknown_order', `no order "${command.order}" is known; ${fix}`)
    }
    const { order, who, reason, force } = command
    const verdict = verdictOf(command, instrument)
    const facts = { orderId: order, verdict, who, reason, isForced: force }
    return this.#parts.settlement.settleByHand(facts, nowNs)
  }

  #unsettled(nowNs: MonoNs): string {
    const { settlement, instruments, roster, tasks } = this.#parts
    const rows = settlement.unsettled(nowNs)
    const orders = rows.slice(0, ROWS_MAX).map((row) => {
      const { symbol, qtyScale } = instruments.at(row.instrument)
      const { market, name } = roster.ownerOf(row.account)
      return {
        order: row.orderId,
        task: tasks.idOf(row.task),
        venue: market,
        account: name,
        symbol,
        state: row.state,
        quantity: textFromUnits(row.qtyUnits, qtyScale),
        filled: textFromUnits(row.filledUnits, qtyScale),
        venue_filled: textFromUnits(row.cumQtyUnits, qtyScale),
        venue_order: row.venueOrderId,
        age_ms: Math.round(row.ageNs / NS_PER_MS),
        asked: row.attempts,
      }
    })
    return JSON.stringify({ count: rows.length, orders })
  }

  #answer(requestId: number, answer: EngineError | string): void {
    const isRefused = typeof answer !== 'string'
    const code = isRefused ? answer.code : ''
    this.#source.reply(requestId, !isRefused, code, isRefused ? answer.message : answer)
  }
}

/** @throws EngineError when a figure does not fit the instrument. */
function verdictOf(command: SettleCommand, instrument: Instrument): OperatorVerdict {
  const { filled, average } = command
  if (command.as === 'absent') {
    if (filled === undefined && average === undefined) return { kind: 'absent' }
    throw new EngineError('bad_verdict', 'an order that never was has no filled, and no average')
  }
  if (filled === undefined) {
    throw new EngineError('bad_verdict', 'done needs filled: how much of it in all, 0 for nothing')
  }
  const { priceScale, qtyScale } = instrument
  return {
    kind: 'done',
    filledUnits: unitsFromText(filled, qtyScale, 'filled'),
    // Over many fills an average has any number of decimals.
    averagePriceUnits:
      average === undefined ? null : new D(average).mul(D.pow(10, priceScale)).toNumber(),
  }
}
