// Iceberg: sells or buys a total in slices, one working order at a time, never more than asked.
//
// This file is its life: commands and events through the table of iceberg-states.ts, one door
// between states. What one cycle does while executing is iceberg-cycle.ts. Level-triggered: each
// step reads the world as it is now. It keeps no clock and knows no venue.
import { assert } from '#core/assert.ts'
import { EngineError } from '#core/engine-error.ts'
import type { MonoNs } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { CancelCause } from '#order/intent.ts'
import { IcebergCycle, Verdict } from './iceberg-cycle.ts'
import { bindIceberg, parseIceberg, refuseOtherIdentity } from './iceberg-parameters.ts'
import type { IcebergParameters } from './iceberg-parameters.ts'
import { icebergReport } from './iceberg-progress.ts'
import { ICEBERG_STATE_NAMES, IcebergEvent, IcebergState } from './iceberg-states.ts'
import { icebergTransitions, isIcebergDone } from './iceberg-states.ts'
import type { SavedTask, Task, TaskCommand, TaskContext } from './task.ts'
import type { TaskEventCode, TaskReport, TaskUpdate } from './task.ts'

const COMMAND_EVENTS: Readonly<Record<Exclude<TaskCommand, 'update'>, IcebergEvent>> = {
  start: IcebergEvent.Start,
  pause: IcebergEvent.Pause,
  resume: IcebergEvent.Resume,
  cancel: IcebergEvent.Cancel,
  recover: IcebergEvent.Recover,
}

const EVENT_CODES: Partial<Record<IcebergState, TaskEventCode>> = {
  [IcebergState.Completed]: 'task.completed',
  [IcebergState.Error]: 'task.error',
}

export interface IcebergOptions {
  readonly index: number
  readonly id: string
  readonly account: number
  readonly instrument: Instrument
  readonly parameters: IcebergParameters
  /** The same in the user's words. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Of size and time jitter; the same seed gives the same slices, also after a restart. */
  readonly seed: number
}

export class Iceberg implements Task {
  readonly type = 'iceberg'
  readonly index: number
  readonly id: string
  readonly account: number
  readonly instruments: readonly number[]
  parameters: Readonly<Record<string, unknown>>
  readonly #context: TaskContext
  readonly #instrument: Instrument
  readonly #cycle: IcebergCycle
  #state: IcebergState = IcebergState.NotStarted
  #reason = ''

  /** @throws EngineError when a figure does not fit the instrument. */
  constructor(context: TaskContext, options: IcebergOptions) {
    this.#context = context
    this.index = options.index
    this.id = options.id
    this.account = options.account
    this.instruments = [options.instrument.index]
    this.parameters = options.raw
    this.#instrument = options.instrument
    const units = bindIceberg(options.parameters, options.instrument, options.id)
    this.#cycle = new IcebergCycle(context, { ...options, units })
  }

  get stateName(): string {
    return ICEBERG_STATE_NAMES[this.#state]
  }

  get isOver(): boolean {
    if (isIcebergDone(this.#state)) return true
    return this.#state === IcebergState.Error && !this.#willRecover
  }

  get isCompleted(): boolean {
    return this.#state === IcebergState.Completed
  }

  get totalUnits(): number {
    return this.#cycle.units.totalQty
  }

  get filledUnits(): number {
    return this.#cycle.filled()
  }

  step(nowNs: MonoNs): void {
    this.#cycle.observe(nowNs)
    switch (this.#state) {
      case IcebergState.Idle:
        return this.#stepIdle(nowNs)
      case IcebergState.Executing:
        return this.#stepExecuting(nowNs)
      case IcebergState.Pausing:
        return this.#stepTakingBack(CancelCause.Pause, nowNs)
      case IcebergState.Cancelling:
        return this.#stepTakingBack(CancelCause.Cancel, nowNs)
      case IcebergState.Paused:
        return this.#stepPaused(nowNs)
      case IcebergState.Error:
        return this.#stepError(nowNs)
      default:
        return
    }
  }

  command(command: TaskCommand, update: TaskUpdate | null, nowNs: MonoNs): EngineError | null {
    if (command === 'update') {
      assert(update !== null, 'an update carries parameters')
      return this.#update(update, nowNs)
    }
    const event = COMMAND_EVENTS[command]
    if (!icebergTransitions.allows(this.#state, event)) return this.#refusal(command)
    if (command === 'start') this.#cycle.progress.startedNs = nowNs
    if (command === 'recover') this.#cycle.trouble.forget()
    this.#enter(event, `${command} by command`, nowNs)
    return null
  }

  restore(saved: SavedTask, nowNs: MonoNs): void {
    assert(saved.state < ICEBERG_STATE_NAMES.length, 'a journalled state this table knows')
    this.#state = saved.state as IcebergState
    this.#reason = saved.reason
    const { progress } = this.#cycle
    progress.restore(saved)
    this.#cycle.restore(saved.orders)
    if (this.#state !== IcebergState.NotStarted && !this.isOver) progress.startedNs = nowNs
  }

  onPlaced(order: number, nowNs: MonoNs): void {
    this.#cycle.onPlaced(order, nowNs)
  }

  onPlaceRefused(outcome: number, rule: string, nowNs: MonoNs): void {
    this.#cycle.onPlaceRefused(outcome, rule, nowNs)
  }

  onCancelRefused(nowNs: MonoNs): void {
    this.#cycle.onCancelRefused(nowNs)
  }

  report(nowNs: MonoNs): TaskReport {
    const { parameters, units, progress, trouble } = this.#cycle
    const reason = trouble.suspended === '' ? this.#reason : `suspended: ${trouble.suspended}`
    const totals = this.#context.fills.totals(this.index)
    const facts = { id: this.id, state: this.#state, reason, instrument: this.#instrument }
    return icebergReport({ ...facts, parameters, units, progress, totals }, nowNs)
  }

  #stepIdle(nowNs: MonoNs): void {
    if (!this.#cycle.isReady(nowNs) || !this.#cycle.adoptResumed(nowNs)) return
    const isFirstOrder = this.#cycle.progress.ordersCount === 0
    const fault = isFirstOrder ? this.#cycle.fundsFault() : ''
    this.#enter(IcebergEvent.Ready, '', nowNs)
    if (fault === '') return this.#stepExecuting(nowNs)
    this.#cycle.trouble.fault(false)
    this.#enter(IcebergEvent.Fault, fault, nowNs)
  }

  #stepExecuting(nowNs: MonoNs): void {
    const verdict = this.#cycle.run(nowNs)
    if (verdict === Verdict.TotalFilled) {
      this.#enter(IcebergEvent.TotalFilled, this.#cycle.reason, nowNs)
    } else if (verdict === Verdict.Fault) {
      this.#enter(IcebergEvent.Fault, this.#cycle.reason, nowNs)
    }
  }

  #stepTakingBack(cause: CancelCause, nowNs: MonoNs): void {
    if (!this.#cycle.working.isNone) return this.#cycle.working.takeBack(cause)
    // A crash may have cost the journal an order that the venue has: it is still being looked for.
    if (!this.#context.isPastKnown(this.account)) return
    if (this.#cycle.remaining() <= 0) this.#enter(IcebergEvent.TotalFilled, 'filled', nowNs)
    else this.#enter(IcebergEvent.Settled, this.#reason, nowNs)
  }

  #stepPaused(nowNs: MonoNs): void {
    const isFilled = this.#cycle.working.isNone && this.#cycle.remaining() <= 0
    if (isFilled) this.#enter(IcebergEvent.TotalFilled, 'filled while paused', nowNs)
  }

  /** Recovers by itself with growing waits, unless the fault does not heal or fate is unknown. */
  #stepError(nowNs: MonoNs): void {
    const { trouble, working } = this.#cycle
    if (!working.isNone) working.takeBack(CancelCause.Fault)
    if (!this.#willRecover || this.#context.live.hasUnknown(this.index)) return
    const atNs = trouble.recoverAtNs(nowNs)
    if (nowNs < atNs) return this.#context.wakeAt(this.index, atNs)
    trouble.recovering()
    this.#enter(IcebergEvent.Recover, `attempt ${trouble.attempts}`, nowNs)
  }

  get #willRecover(): boolean {
    return this.#cycle.parameters.autoRecover && this.#cycle.trouble.canRecover
  }

  /** In the words that commands are given in, not in the table's. */
  #refusal(command: TaskCommand): EngineError {
    const possible = Object.entries(COMMAND_EVENTS)
      .filter(([, event]) => icebergTransitions.allows(this.#state, event))
      .map(([name]) => name)
    const list = possible.join(', ') || 'nothing'
    const text = `${this.id}: ${command} is not possible in state ${this.stateName}`
    return new EngineError('illegal_transition', `${text} (possible: ${list})`)
  }

  /** H21: the whole new set is validated before anything of it applies. */
  #update(update: TaskUpdate, nowNs: MonoNs): EngineError | null {
    if (isIcebergDone(this.#state)) {
      return new EngineError('task_over', `${this.id} is ${this.stateName}: nothing to update`)
    }
    const parameters = parseIceberg(update.raw, this.id)
    refuseOtherIdentity(this.#cycle.parameters, parameters, this.id)
    this.#cycle.update(parameters, bindIceberg(parameters, this.#instrument, this.id))
    this.parameters = update.raw
    this.#context.wakeAt(this.index, nowNs)
    return null
  }

  /** The single door between states: journals, stamps, tells. */
  #enter(event: IcebergEvent, reason: string, nowNs: MonoNs): void {
    const next = icebergTransitions.next(this.#state, event)
    assert(next !== -1, 'the iceberg asked for a transition its table does not have')
    this.#state = next as IcebergState
    this.#reason = reason
    const { journal } = this.#context
    const { progress, tag } = this.#cycle
    if (this.isOver) {
      progress.endedNs = nowNs
      journal.taskNote(this.index, progress.note(nowNs), nowNs)
    }
    journal.taskState(this.index, next, this.stateName, reason, nowNs)
    const code = EVENT_CODES[next as IcebergState] ?? 'task.state'
    this.#context.event(code, tag, `${this.stateName} ${reason}`.trim(), nowNs)
    if (!this.isOver) this.#context.wakeAt(this.index, nowNs)
  }
}
