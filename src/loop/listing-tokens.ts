// Names for questions put to venues: a token goes out with a request and comes back with its
// ListingEnd, so that whoever asked learns whether the answer was whole.

import type { MonoNs } from '#core/units.ts'
export interface ListingOwner {
  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void
}

export class ListingTokens {
  readonly #owners = new Map<number, ListingOwner>()
  #next = 1

  issue(owner: ListingOwner): number {
    const token = this.#next++
    this.#owners.set(token, owner)
    return token
  }

  /** The question was never put. */
  withdraw(token: number): void {
    this.#owners.delete(token)
  }

  end(token: number, complete: boolean, nowNs: MonoNs): void {
    const owner = this.#owners.get(token)
    if (owner === undefined) return
    this.#owners.delete(token)
    owner.onListingEnd(token, complete, nowNs)
  }
}
