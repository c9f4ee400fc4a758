// Things that happen later on venue time: requests still travelling, answers that a fault holds
// back. Ordered by due time, first come first served among equals.

interface Late {
  readonly dueUs: number
  readonly run: (nowUs: number) => void
}

export class LateQueue {
  readonly #items: Late[] = []

  get nextUs(): number {
    return this.#items[0]?.dueUs ?? Infinity
  }

  push(dueUs: number, run: (nowUs: number) => void): void {
    let index = this.#items.length
    while (index > 0 && (this.#items[index - 1]?.dueUs ?? 0) > dueUs) index--
    this.#items.splice(index, 0, { dueUs, run })
  }

  runDue(nowUs: number): void {
    while (this.nextUs <= nowUs) this.#items.shift()?.run(nowUs)
  }
}
