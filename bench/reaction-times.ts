// Times from the entry of a read callback to the order request that it caused, told apart by what
// was read: the market, or an answer of the venue. Two moments count: the request's bytes are
// ready, and they were handed to the kernel. Between the two lies one system call, whose cost is
// the machine's and the same for everybody.

export class ReactionSamples {
  readonly readyUs: number[] = []
  readonly writtenUs: number[] = []

  takeFrom(other: ReactionSamples): void {
    for (const sampleUs of other.readyUs) this.readyUs.push(sampleUs)
    for (const sampleUs of other.writtenUs) this.writtenUs.push(sampleUs)
    other.clear()
  }

  clear(): void {
    this.readyUs.length = 0
    this.writtenUs.length = 0
  }
}

export class ReactionTimes {
  /** A ticker was read: the cancel of the working order left. */
  readonly tick = new ReactionSamples()
  /** The cancel's answer was read: the replacement left. */
  readonly answer = new ReactionSamples()
  /** Off while others take their turn: the rare tick of an idling market finds colder caches. */
  isCounting = true
  #isMarket = false
  #enteredMs = -1
  #readyMs = -1

  /** A read callback begins. */
  entered(isMarket: boolean, atMs: number): void {
    this.#isMarket = isMarket
    this.#enteredMs = atMs
    this.#readyMs = -1
  }

  /** The callback and everything it caused is over. */
  left(): void {
    this.#enteredMs = -1
  }

  /** The bytes stand, the write is next. */
  ready(): void {
    if (this.#enteredMs >= 0 && this.#readyMs < 0) this.#readyMs = performance.now()
  }

  /** An order request was written. Only the first of a callback is its reaction. */
  wrote(): void {
    if (this.#enteredMs < 0 || this.#readyMs < 0) return
    const writtenMs = performance.now()
    if (this.isCounting) {
      const samples = this.#isMarket ? this.tick : this.answer
      samples.readyUs.push((this.#readyMs - this.#enteredMs) * 1_000)
      samples.writtenUs.push((writtenMs - this.#enteredMs) * 1_000)
    }
    this.#enteredMs = -1
  }

  /** Everything that the other has counted so far is counted here instead. */
  takeFrom(other: ReactionTimes): void {
    this.tick.takeFrom(other.tick)
    this.answer.takeFrom(other.answer)
  }

  clear(): void {
    this.tick.clear()
    this.answer.clear()
  }
}
