// One finding of `floe check`.

export interface CheckLine {
  /** `clock of binance_spot` */
  readonly what: string
  readonly ok: boolean
  /** It will run, but not as well as was meant: no reason for an exit code. */
  readonly isWarning?: true
  /** What was seen, and the fix where it is not ok, or could be better. */
  readonly detail: string
}

export function passed(what: string, detail: string): CheckLine {
  return { what, ok: true, detail }
}

export function warned(what: string, detail: string): CheckLine {
  return { what, ok: true, isWarning: true, detail }
}

export function failed(what: string, detail: string): CheckLine {
  return { what, ok: false, detail }
}
