// What the rate limits of an answer can count, and who wants to hear of them.

/** What a rate limit of a reply counts. */
export const LimitKind = { Other: 0, Orders10S: 1, Orders1D: 2, Weight1M: 3 } as const
export type LimitKind = (typeof LimitKind)[keyof typeof LimitKind]

export interface LimitListener {
  onLimit(kind: LimitKind, limit: number, count: number): void
}
