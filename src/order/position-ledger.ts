// What each account holds: signed net base traded by us per instrument, and the venue's balances.
// Positions follow from fills alone; balances are the venue's word, replaced whole each time.
import { sideSign, type QtyUnits, type Side } from '#core/units.ts'

export interface Balance {
  readonly free: number
  readonly locked: number
}

export class PositionLedger {
  readonly #netUnits = new Map<number, number>()
  /** By account, then by asset: the gate asks for one with each order. */
  readonly #balances: Map<string, Balance>[] = []

  /** Net of our own fills on this instrument since the journal began, in qtyUnits. */
  netUnits(account: number, instrument: number): number {
    return this.#netUnits.get(slot(account, instrument)) ?? 0
  }

  bookFill(account: number, instrument: number, side: Side, qty: QtyUnits): void {
    this.addNet(account, instrument, sideSign(side) * qty)
  }

  /** Signed: what fills came to that nobody lists any more. */
  addNet(account: number, instrument: number, units: number): void {
    const at = slot(account, instrument)
    this.#netUnits.set(at, (this.#netUnits.get(at) ?? 0) + units)
  }

  /** Float bounds are enough here: they only decide whether asking makes sense. */
  setBalance(account: number, asset: string, free: string, locked: string): void {
    const ofAccount = (this.#balances[account] ??= new Map())
    ofAccount.set(asset, { free: Number(free), locked: Number(locked) })
  }

  /** Undefined until the venue has said. */
  balance(account: number, asset: string): Balance | undefined {
    return this.#balances[account]?.get(asset)
  }
}

const slot = (account: number, instrument: number): number => instrument * 1_024 + account
