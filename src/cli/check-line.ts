// One finding of `floe check`.

export interface CheckLine {
  /** `clock of binance_spot` */
  readonly what: string
  readonly ok: boolean
  /** What was seen, and the fix where it is not ok. */
  readonly detail: string
}

export function passed(what: string, detail: string): CheckLine {
  return { what, ok: true, detail }
}

export function failed(what: string, detail: string): CheckLine {
  return { what, ok: false, detail }
}
