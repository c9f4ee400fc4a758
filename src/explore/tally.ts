// Adds up what seeds did. The order in which they come does not matter, so that many hands can
// work at once and a series can be interrupted and gone on with: the hash of a series is the sum
// of its seeds' hashes.
import type { Exploration } from './exploration.ts'
import { addCounts, type Counts } from './fault-kinds.ts'

export interface Finding {
  readonly seed: number
  readonly broken: string
}

/** As it stands in a file. */
export interface TallyData {
  readonly seeds: number
  readonly hash: string
  readonly deaths: number
  readonly messages: number
  readonly messagesMost: number
  readonly facts: number
  readonly records: number
  readonly virtualMs: number
  readonly counts: Counts
  readonly notices: Counts
  readonly cells: Counts
  readonly findings: readonly Finding[]
}

const HASH_BITS = 64

export class Tally {
  seeds = 0
  deaths = 0
  /** Venue messages, and the most of one seed. */
  messages = 0
  messagesMost = 0
  /** Lines of the venue's ledger. */
  facts = 0
  /** Records of the engine's journals. */
  records = 0
  virtualMs = 0
  readonly counts: Counts = {}
  readonly notices: Counts = {}
  readonly cells: Counts = {}
  readonly findings: Finding[] = []
  #hash = 0n

  constructor(data?: TallyData) {
    if (data === undefined) return
    this.seeds = data.seeds
    this.deaths = data.deaths
    this.messages = data.messages
    this.messagesMost = data.messagesMost
    this.facts = data.facts
    this.records = data.records
    this.virtualMs = data.virtualMs
    addCounts(this.counts, data.counts)
    addCounts(this.notices, data.notices)
    addCounts(this.cells, data.cells)
    this.findings.push(...data.findings)
    this.#hash = BigInt(`0x${data.hash}`)
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(HASH_BITS / 4, '0')
  }

  add(run: Exploration): void {
    this.seeds++
    this.deaths += run.deaths
    this.messages += run.messages
    this.messagesMost = Math.max(this.messagesMost, run.messages)
    this.facts += run.venueLines
    this.records += run.records
    this.virtualMs += run.virtualMs
    addCounts(this.counts, run.counts)
    addCounts(this.notices, run.notices)
    addCounts(this.cells, run.cells)
    if (run.broken !== '') this.findings.push({ seed: run.seed, broken: run.broken })
    this.#hash = BigInt.asUintN(HASH_BITS, this.#hash + BigInt(`0x${run.hash}`))
  }

  data(): TallyData {
    const { seeds, hash, deaths, messages, messagesMost, facts, records, virtualMs } = this
    const { counts, notices, cells } = this
    const findings = this.findings.toSorted((a, b) => a.seed - b.seed)
    const sums = { seeds, hash, deaths, messages, messagesMost, facts, records, virtualMs }
    return { ...sums, counts, notices, cells, findings }
  }
}
