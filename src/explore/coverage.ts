// What a series of runs has seen: cells of the transition tables that were taken, of all there are.
// Cells that cannot be taken, or not yet, stand with their reasons in unreachable.ts.
import type { TransitionTable } from '#core/transitions.ts'
import { bookTransitions } from '#book/book-state.ts'
import { syncTransitions } from '#book/sync-phase.ts'
import { reconcileTransitions } from '#loop/reconciler.ts'
import { orderTransitions } from '#order/order-state.ts'
import { placeTransitions } from '#risk/kill-switch.ts'
import { icebergTransitions } from '#task/iceberg-states.ts'
import { logonSteps } from '#venue/binance-spot/session-logon.ts'
import { lifeTransitions } from '#wire/connection-state.ts'
import { sessionTransitions } from '#wire/session-state.ts'
import type { Counts } from './fault-kinds.ts'
import { cellReason, type CellKind, type CellReason } from './unreachable.ts'

const TABLES: readonly TransitionTable[] = [
  orderTransitions,
  icebergTransitions,
  reconcileTransitions,
  bookTransitions,
  syncTransitions,
  lifeTransitions,
  sessionTransitions,
  logonSteps,
  placeTransitions,
]

/** What was taken up to the last `takeCells`. */
const takenBefore: Counts = {}

/** Counting begins here, for the rest of this process. */
export function countCells(): void {
  for (const table of TABLES) table.count()
}

/** Cells taken since the last call, with how often, as `order: Open + FillPart`. */
export function takeCells(): Counts {
  const taken: Counts = {}
  for (const table of TABLES) {
    for (const [cell, count] of table.counts()) {
      const name = `${table.name}: ${cell}`
      const fresh = count - (takenBefore[name] ?? 0)
      if (fresh > 0) taken[name] = fresh
      takenBefore[name] = count
    }
  }
  return taken
}

export interface TableCoverage {
  readonly table: string
  readonly cells: number
  readonly taken: number
  /** Neither taken nor listed as out of reach: `Open + FillPart`, in the table's order. */
  readonly gaps: readonly string[]
  /** Never taken and listed, by the kind of reason. */
  readonly listed: Readonly<Record<CellKind, number>>
  /** Listed, and taken all the same: the list is wrong. */
  readonly wronglyListed: readonly string[]
}

/** Which of all cells a series of seeds has taken, by what it has counted. */
export const cellCoverage = (taken: Readonly<Counts>): TableCoverage[] =>
  TABLES.map((table) => {
    const cells = [...table.counts().keys()]
    const isTaken = (cell: string): boolean => (taken[`${table.name}: ${cell}`] ?? 0) > 0
    const reasonOf = (cell: string): CellReason | undefined => cellReason(table.name, cell)
    const never = cells.filter((cell) => !isTaken(cell))
    const countOf = (kind: CellKind): number =>
      never.filter((cell) => reasonOf(cell)?.kind === kind).length
    return {
      table: table.name,
      cells: cells.length,
      taken: cells.length - never.length,
      gaps: never.filter((cell) => reasonOf(cell) === undefined),
      listed: {
        waiting: countOf('waiting'),
        contradiction: countOf('contradiction'),
        unreachable: countOf('unreachable'),
      },
      wronglyListed: cells.filter((cell) => isTaken(cell) && reasonOf(cell) !== undefined),
    }
  })
