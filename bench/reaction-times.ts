// Times from the entry of a read callback to the moment the bytes of an order request were handed
// to the kernel, told apart by what was read: the market, or an answer of the venue.

export class ReactionTimes {
  /** A ticker was read: the cancel of the working order left. */
  readonly tickToOrderUs: number[] = []
  /** The cancel's answer was read: the replacement left. */
  readonly answerToOrderUs: number[] = []
  #isMarket = false
  #enteredMs = -1

  /** A read callback begins. */
  entered(isMarket: boolean, atMs: number): void {
    this.#isMarket = isMarket
    this.#enteredMs = atMs
  }

  /** The callback and everything it caused is over. */
  left(): void {
    this.#enteredMs = -1
  }

  /** An order request was written. Only the first of a callback is its reaction. */
  wrote(): void {
    if (this.#enteredMs < 0) return
    const elapsedUs = (performance.now() - this.#enteredMs) * 1_000
    if (this.#isMarket) this.tickToOrderUs.push(elapsedUs)
    else this.answerToOrderUs.push(elapsedUs)
    this.#enteredMs = -1
  }

  clear(): void {
    this.tickToOrderUs.length = 0
    this.answerToOrderUs.length = 0
  }
}
