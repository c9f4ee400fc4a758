// What a person may say about an order that no venue answer decides, and whether the figures fit.
//
// A verdict adds to what is proved, it never takes away from it: what is booked stays booked, what
// the venue has counted stays counted, and a venue that speaks up later is still believed.

export type OperatorVerdict =
  /** It never was at the venue. */
  | { readonly kind: 'absent' }
  /** It is over at the venue with this much filled in all, at this average over all of it. */
  | {
      readonly kind: 'done'
      readonly filledUnits: number
      /** In price units, a fraction where it does not come out even; null when nothing is new. */
      readonly averagePriceUnits: number | null
    }

export interface OperatorSettlement {
  /** As it is shown: our 12 characters, or the venue's name of an order that a task took over. */
  readonly orderId: string
  readonly verdict: OperatorVerdict
  readonly who: string
  readonly reason: string
  /** Settle also what the venue can still decide. */
  readonly isForced: boolean
}

/** What is proved of the order so far. */
export interface ProvedFigures {
  /** 0 while it is unknown. */
  readonly qtyUnits: number
  readonly filledUnits: number
  readonly cumQtyUnits: number
  /** Σ price × qty of what is booked; NaN where the journal alone knows it. */
  readonly filledNotional: number
  /** '' until the venue has named it. */
  readonly venueOrderId: string
}

/** '' when the verdict fits what is proved, else why not. */
export function verdictFault(settlement: OperatorSettlement, proved: ProvedFigures): string {
  const { verdict, isForced } = settlement
  if (settlement.reason.trim() === '') return 'a verdict needs a reason: it is kept in the journal'
  if (verdict.kind === 'done') return doneFault(verdict, proved)
  if (proved.filledUnits > 0 || proved.cumQtyUnits > 0) {
    return `${proved.cumQtyUnits} units of it are filled: it can only be done, not absent`
  }
  if (proved.venueOrderId === '' || isForced) return ''
  return `the venue has named it ${proved.venueOrderId}, so it was there`
}

/** Price × qty of the part that is not booked yet, by the average over all of it. */
export function unbookedNotional(
  verdict: OperatorVerdict & { readonly kind: 'done' },
  proved: ProvedFigures,
): number {
  const average = verdict.averagePriceUnits ?? 0
  const newUnits = verdict.filledUnits - proved.filledUnits
  if (Number.isNaN(proved.filledNotional)) return Math.round(average * newUnits)
  return Math.round(average * verdict.filledUnits - proved.filledNotional)
}

function doneFault(
  verdict: OperatorVerdict & { readonly kind: 'done' },
  proved: ProvedFigures,
): string {
  const { filledUnits, averagePriceUnits } = verdict
  const { qtyUnits, cumQtyUnits } = proved
  const isWhole = Number.isSafeInteger(filledUnits) && filledUnits >= 0
  if (!isWhole) return 'the filled quantity must be a whole number of units, 0 or more'
  if (filledUnits < cumQtyUnits) {
    return `${cumQtyUnits} units are proved to be filled: it cannot be less`
  }
  if (qtyUnits > 0 && filledUnits > qtyUnits) {
    return `it was for ${qtyUnits} units: it cannot have filled more`
  }
  if (filledUnits === proved.filledUnits) return ''
  if (averagePriceUnits === null || !(averagePriceUnits > 0)) {
    return `${filledUnits - proved.filledUnits} units are new: an average price is needed`
  }
  const leastNotional = filledUnits - proved.filledUnits
  if (unbookedNotional(verdict, proved) >= leastNotional) return ''
  return 'this average leaves no price for the new units: it is over the whole filled quantity'
}
