// Reads the venue's own ledger as it grows, without asking the venue: each line is held at once
// against what must never happen (an id twice, filled + open beyond the total). The file survives
// every death; a line that is being written has no end yet and is read when it has.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerWatch, type WatchedTask } from '#explore/ledger-watch.ts'
import { parseLedger } from '#sim/venue-ledger.ts'

export class LedgerTail {
  readonly watch: LedgerWatch
  readonly #path: string
  readonly #ordersOf = new Map<string, number>()
  #positionBytes = 0

  /** `tasks` by the index that client order ids carry. */
  constructor(stateDir: string, instance: number, tasks: readonly WatchedTask[]) {
    this.#path = join(stateDir, 'venue', 'binance_spot.jsonl')
    this.watch = new LedgerWatch(instance, tasks)
  }

  /** The first thing that was broken, or ''. */
  get broken(): string {
    return this.watch.broken
  }

  /** Orders that the venue has accepted, as far as it was read: of one account, or of all. */
  orderCount(account?: string): number {
    if (account !== undefined) return this.#ordersOf.get(account) ?? 0
    let count = 0
    for (const ofAccount of this.#ordersOf.values()) count += ofAccount
    return count
  }

  /** Reads what has been written since. */
  read(): void {
    if (!existsSync(this.#path)) return
    const text = this.#newText()
    const wholeLength = text.lastIndexOf('\n') + 1
    this.#positionBytes += wholeLength
    for (const line of text.slice(0, wholeLength).split('\n')) {
      if (line !== '') this.#look(line)
    }
  }

  /** The ledger is ASCII: characters are bytes. */
  #newText(): string {
    const file = openSync(this.#path, 'r')
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#positionBytes))
      const sizeBytes = readSync(file, bytes, 0, bytes.length, this.#positionBytes)
      return bytes.toString('latin1', 0, sizeBytes)
    } finally {
      closeSync(file)
    }
  }

  #look(line: string): void {
    this.watch.append(line)
    for (const fact of parseLedger([line])) {
      if (fact.kind !== 'order') continue
      this.#ordersOf.set(fact.account, this.orderCount(fact.account) + 1)
    }
  }
}
