// The numbers of the hot path and the types that keep them apart.
//
// A price is an integer count of 10^-priceScale of the quote asset, a quantity an integer count
// of 10^-qtyScale of the base asset (or contracts). Both stay exact in a float64 up to 2^53.
// The brands exist for the compiler only; they compile to nothing.

declare const unit: unique symbol

/** Scaled integer price: price × 10^priceScale of its instrument. */
export type PriceUnits = number & { readonly [unit]: 'PriceUnits' }
/** Scaled integer quantity: quantity × 10^qtyScale of its instrument. */
export type QtyUnits = number & { readonly [unit]: 'QtyUnits' }
/** Monotonic nanoseconds since the process's clock began. Exact for 104 days. */
export type MonoNs = number & { readonly [unit]: 'MonoNs' }
/** Wall-clock microseconds since the Unix epoch. */
export type WallUs = number & { readonly [unit]: 'WallUs' }

export const priceUnits = (n: number): PriceUnits => n as PriceUnits
export const qtyUnits = (n: number): QtyUnits => n as QtyUnits
export const monoNs = (n: number): MonoNs => n as MonoNs
export const wallUs = (n: number): WallUs => n as WallUs

export const NS_PER_US = 1_000
export const NS_PER_MS = 1_000_000
export const NS_PER_S = 1_000_000_000
export const US_PER_MS = 1_000
export const US_PER_S = 1_000_000

/** A deadline that never comes. */
export const NEVER_NS = monoNs(Number.MAX_SAFE_INTEGER)

export const Side = { Buy: 0, Sell: 1 } as const
export type Side = (typeof Side)[keyof typeof Side]
export const SIDE_NAMES = ['buy', 'sell'] as const

/** +1 for buy, −1 for sell: positive offsets are passive for both. */
export const sideSign = (side: Side): 1 | -1 => (side === Side.Buy ? 1 : -1)
export const oppositeSide = (side: Side): Side => (side === Side.Buy ? Side.Sell : Side.Buy)
