// A state machine is a table. Rows [state, event, next] are compiled once to one byte a cell;
// the table stays the specification that a trader can read, the cell is what runs (3 ns a step).
import { EngineError } from './engine-error.ts'

const ILLEGAL = 255

export type TransitionRow = readonly [state: number, event: number, next: number]

export class TransitionTable {
  readonly name: string
  readonly stateNames: readonly string[]
  readonly eventNames: readonly string[]
  readonly #cells: Uint8Array
  #taken: Uint32Array | null = null

  constructor(name: string, states: Names, events: Names, rows: readonly TransitionRow[]) {
    this.name = name
    this.stateNames = namesByNumber(states)
    this.eventNames = namesByNumber(events)
    this.#cells = new Uint8Array(this.stateNames.length * this.eventNames.length).fill(ILLEGAL)
    for (const [state, event, next] of rows) this.#fill(state, event, next)
  }

  /** The state after `event`, or −1 where the table does not allow it. */
  next(state: number, event: number): number {
    const cell = state * this.eventNames.length + event
    const next = this.#cells[cell]!
    if (next === ILLEGAL) return -1
    if (this.#taken !== null) this.#taken[cell]!++
    return next
  }

  /** From now on counts how often each cell is looked up: what a test has seen of this table. */
  count(): void {
    this.#taken ??= new Uint32Array(this.#cells.length)
  }

  /** The legal cells with their counts since `count`, as `Open + FillPart`. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [cell, next] of this.#cells.entries()) {
      if (next === ILLEGAL) continue
      const state = this.stateNames[Math.floor(cell / this.eventNames.length)]
      const event = this.eventNames[cell % this.eventNames.length]
      counts.set(`${state} + ${event}`, this.#taken?.[cell] ?? 0)
    }
    return counts
  }

  allows(state: number, event: number): boolean {
    return this.#cells[state * this.eventNames.length + event]! !== ILLEGAL
  }

  /** The refusal of an event that the table does not allow, naming both. */
  refusal(state: number, event: number): EngineError {
    const stateName = this.stateNames[state] ?? `state ${state}`
    const eventName = this.eventNames[event] ?? `event ${event}`
    const legal = this.eventNames.filter((_, e) => this.allows(state, e)).join(', ') || 'nothing'
    return new EngineError(
      'illegal_transition',
      `${this.name}: "${eventName}" is not possible in state ${stateName} (possible: ${legal})`,
    )
  }

  /** The whole matrix as text, one row a state: what a reviewer reads. */
  matrix(): string {
    return this.stateNames
      .map((stateName, state) => {
        const cells = this.eventNames
          .map((eventName, event) => [eventName, this.next(state, event)] as const)
          .filter(([, next]) => next >= 0)
          .map(([eventName, next]) => `${eventName}→${this.stateNames[next]}`)
        return `${stateName}: ${cells.join(' · ')}`
      })
      .join('\n')
  }

  #fill(state: number, event: number, next: number): void {
    const cell = state * this.eventNames.length + event
    const known = this.stateNames[state] && this.eventNames[event] && this.stateNames[next]
    if (!known) {
      throw new EngineError('bad_table', `${this.name}: a row names an unknown state or event`)
    }
    if (this.#cells[cell] !== ILLEGAL) {
      throw new EngineError(
        'bad_table',
        `${this.name}: two rows for ${this.stateNames[state]} + ${this.eventNames[event]}`,
      )
    }
    this.#cells[cell] = next
  }
}

type Names = Readonly<Record<string, number>>

/** Names in number order; the numbers must be 0, 1, 2 … so that they index the cells. */
function namesByNumber(names: Names): string[] {
  const byNumber: string[] = []
  for (const [name, number] of Object.entries(names)) byNumber[number] = name
  for (let i = 0; i < byNumber.length; i++) {
    if (byNumber[i] === undefined) throw new EngineError('bad_table', `numbers skip ${i}`)
  }
  return byNumber
}
