// What the venue of the seeds' figures says when the last tick was sent, and the clock by which it
// and the bench speak of the same moment.

/** The system's monotonic clock: the same for every process, and it is never set. */
export const sharedNowUs = (): number => Number(process.hrtime.bigint()) / 1_000

/** When the venue was about to hand a message to the kernel, by the shared clock, µs. */
export interface SeedDone {
  /** By the ticker's update id. */
  readonly tickersUs: readonly (readonly [number, number])[]
  /** By client order id, of the first message that names it. */
  readonly ordersUs: readonly (readonly [string, number])[]
}
