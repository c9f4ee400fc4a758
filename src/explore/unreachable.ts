// Cells of transition tables that an exploration cannot take, each with the reason. A cell that
// waits for a venue or a task which does not exist yet is listed apart: it will be reached.

export interface CellReason {
  readonly isWaiting: boolean
  readonly words: string
}

const AMENDS = 'no venue here moves a working order'

/** Table → cell, or state, or event → why it waits. */
const WAITING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  order: {
    PendingAmend: AMENDS,
    AmendSend: AMENDS,
  },
}

/** Table → cell → why it is never taken. */
const UNREACHABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {}

/** Undefined for a cell that an exploration should take. */
export function cellReason(table: string, cell: string): CellReason | undefined {
  const [state = '', event = ''] = cell.split(' + ')
  const waiting = WAITING[table] ?? {}
  const waits = waiting[cell] ?? waiting[state] ?? waiting[event]
  if (waits !== undefined) return { isWaiting: true, words: waits }
  const never = UNREACHABLE[table]?.[cell]
  return never === undefined ? undefined : { isWaiting: false, words: never }
}
