// What a series of runs has seen: cells of the transition tables that were taken, of all there are.
// It counts only; whether a cell that was never taken can be taken at all is for a reader to say.
import type { TransitionTable } from '#core/transitions.ts'
import { bookTransitions } from '#book/book-state.ts'
import { syncTransitions } from '#book/sync-phase.ts'
import { reconcileTransitions } from '#loop/reconciler.ts'
import { orderTransitions } from '#order/order-state.ts'
import { icebergTransitions } from '#task/iceberg-states.ts'
import { logonSteps } from '#venue/binance-spot/session-logon.ts'
import { lifeTransitions } from '#wire/connection-state.ts'
import { sessionTransitions } from '#wire/session-state.ts'

const TABLES: readonly TransitionTable[] = [
  orderTransitions,
  icebergTransitions,
  reconcileTransitions,
  bookTransitions,
  syncTransitions,
  lifeTransitions,
  sessionTransitions,
  logonSteps,
]

export interface TableCoverage {
  readonly table: string
  readonly cells: number
  readonly taken: number
  /** `Open + FillPart`, in the table's order. */
  readonly neverTaken: readonly string[]
}

/** Counting begins here, for the rest of this process. */
export function countCells(): void {
  for (const table of TABLES) table.count()
}

export function cellCoverage(): TableCoverage[] {
  return TABLES.map((table) => {
    const counts = table.counts()
    const neverTaken = [...counts].filter(([, count]) => count === 0).map(([cell]) => cell)
    const taken = counts.size - neverTaken.length
    return { table: table.name, cells: counts.size, taken, neverTaken }
  })
}
