// Fills that a count proves and no trade shows yet: booked under names of our own, and taken back
// lot by lot as the real trades come.
//
// A lot has a whole price like any trade, so a fill of a fractional average is two lots a price
// unit apart, and the sums stay exact. Taking back is booking the same lot with its quantity
// negative: the journal needs no other kind of record, and replaying it is adding up.

/** What begins the trade ids that we make up; no venue's id does. */
const MARK = '~'

export const isProvisional = (tradeId: string): boolean => tradeId.startsWith(MARK)

export interface ProvisionalLot {
  readonly priceUnits: number
  readonly qtyUnits: number
}

export class ProvisionalFills {
  readonly #lots = new Map<string, ProvisionalLot[]>()
  #named = 0

  /** Orders with something outstanding. */
  get orderCount(): number {
    return this.#lots.size
  }

  /** A trade id that this life has not used: `~f00000000000.17.1`. */
  name(orderId: string, nowNs: number): string {
    return `${MARK}${orderId}.${nowNs}.${this.#named++}`
  }

  /** Units booked for the order that still stand in for real trades. */
  outstandingUnits(clientIdHi: number, clientIdLo: number): number {
    let sum = 0
    for (const lot of this.#lots.get(keyOf(clientIdHi, clientIdLo)) ?? []) sum += lot.qtyUnits
    return sum
  }

  /** The lot to take back from next, or undefined when nothing stands in. */
  newest(clientIdHi: number, clientIdLo: number): ProvisionalLot | undefined {
    return this.#lots.get(keyOf(clientIdHi, clientIdLo))?.at(-1)
  }

  /** A lot was booked: as it happens, or as the journal remembers. Negative takes back. */
  booked(clientIdHi: number, clientIdLo: number, lot: ProvisionalLot): void {
    const key = keyOf(clientIdHi, clientIdLo)
    const before = this.#lots.get(key) ?? []
    const same = before.findLast(({ priceUnits }) => priceUnits === lot.priceUnits)
    const rest = before.filter((one) => one !== same)
    const qtyUnits = lot.qtyUnits + (same?.qtyUnits ?? 0)
    const after = qtyUnits === 0 ? rest : [...rest, { priceUnits: lot.priceUnits, qtyUnits }]
    if (after.length === 0) this.#lots.delete(key)
    else this.#lots.set(key, after)
  }
}

/** At most two lots of whole prices that add up to exactly this quantity and notional. */
export function lotsOf(qtyUnits: number, notionalUnits: number): ProvisionalLot[] {
  const low = Math.floor(notionalUnits / qtyUnits)
  const qtyAtHigh = notionalUnits - low * qtyUnits
  const lots = [
    { priceUnits: low, qtyUnits: qtyUnits - qtyAtHigh },
    { priceUnits: low + 1, qtyUnits: qtyAtHigh },
  ]
  return lots.filter((lot) => lot.qtyUnits > 0)
}

const keyOf = (hi: number, lo: number): string => `${hi}:${lo}`
