// Ids that never repeat, not even after the venue was killed.
//
// Most public trades and level changes leave no line in the ledger, so the ledger remembers a
// ceiling instead: a block of ids is reserved by one line before its first id is used, and a
// restored venue continues above the last ceiling.

/** Ids reserved by one ledger line: one line in some minutes of a lively market. */
export const ID_BLOCK = 100_000

export class IdBlock {
  #last: number
  #ceiling: number
  readonly #reserve: () => void

  /** `reserve` is called when the block is used up and must end in extend(). */
  constructor(last: number, reserve: () => void) {
    this.#last = last
    this.#ceiling = last
    this.#reserve = reserve
  }

  /** The id most recently given out. */
  get last(): number {
    return this.#last
  }

  get ceiling(): number {
    return this.#ceiling
  }

  next(): number {
    if (this.#last === this.#ceiling) this.#reserve()
    this.#last++
    return this.#last
  }

  extend(): void {
    this.#ceiling = this.#last + ID_BLOCK
  }
}
