// Hot path.
// Deadlines in a hashed wheel of 4,096 slots of about 1 ms, entries chained by index.
//
//   slot 0 ─► entry ─► entry        advance(now) walks the slots the clock has passed and fires
//   slot 1 ─►                       what is due; an entry of a later round stays in its slot.
//   slot 2 ─► entry
//
// It keeps no clock of its own: the event loop asks nextDeadlineNs() and comes back.
import { assert } from './assert.ts'
import { TIMERS_MAX } from './limits.ts'
import { monoNs, NEVER_NS, type MonoNs } from './units.ts'

const SLOT_COUNT = 4_096
const SLOT_SHIFT_NS = 2 ** 20
const NONE = -1
/** In place of a slot: taken out of the wheel and about to fire. */
const DUE = -2

export interface TimerTarget {
  onTimer(token: number, nowNs: MonoNs): void
}

/** Names one armed timer; stale handles are recognised and ignored. */
export type TimerHandle = number
export const NO_TIMER: TimerHandle = -1

export class TimerWheel {
  readonly #slotFirst = new Int32Array(SLOT_COUNT).fill(NONE)
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #slot: Int16Array
  readonly #deadlineNs: Float64Array
  readonly #token: Int32Array
  readonly #round: Uint32Array
  readonly #target: (TimerTarget | null)[]
  #free = 0
  #armedCount = 0
  #tick = 0
  #earliestNs: number = NEVER_NS

  constructor(capacity: number = TIMERS_MAX) {
    this.#next = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
    this.#slot = new Int16Array(capacity)
    this.#deadlineNs = new Float64Array(capacity)
    this.#token = new Int32Array(capacity)
    this.#round = new Uint32Array(capacity)
    this.#target = Array.from({ length: capacity }, () => null)
    for (let i = 0; i < capacity; i++) this.#next[i] = i + 1 < capacity ? i + 1 : NONE
  }

  get armedCount(): number {
    return this.#armedCount
  }

  /** Fires `target.onTimer(token)` in the first advance at or after `deadlineNs`. */
  arm(target: TimerTarget, token: number, deadlineNs: MonoNs): TimerHandle {
    const entry = this.#free
    assert((token | 0) === token, 'a token is an integer of 32 bits')
    assert(entry !== NONE, 'timer wheel full: raise TIMERS_MAX')
    this.#free = this.#next[entry]!
    this.#target[entry] = target
    this.#token[entry] = token
    this.#deadlineNs[entry] = deadlineNs
    const tick = Math.max(this.#tick, Math.floor(deadlineNs / SLOT_SHIFT_NS))
    this.#link(entry, tick % SLOT_COUNT)
    this.#armedCount++
    if (deadlineNs < this.#earliestNs) this.#earliestNs = deadlineNs
    return this.#round[entry]! * this.#next.length + entry
  }

  /** A handle that has fired or was cancelled is ignored. */
  cancel(handle: TimerHandle): void {
    if (handle === NO_TIMER) return
    const entry = handle % this.#next.length
    if (this.#round[entry] !== Math.floor(handle / this.#next.length)) return
    if (this.#target[entry] === null) return
    this.#target[entry] = null
    this.#armedCount--
    // One that is about to fire is given back by the firing, which holds on to the chain.
    if (this.#slot[entry] === DUE) return
    this.#unlink(entry)
    this.#release(entry)
  }

  /** No later than the earliest armed deadline; may be earlier after a cancel. */
  nextDeadlineNs(): MonoNs {
    return monoNs(this.#earliestNs)
  }

  /** Fires what is due; what a firing arms waits for the next advance. Returns how many. */
  advance(nowNs: MonoNs): number {
    if (nowNs < this.#earliestNs) return 0
    const tickNow = Math.floor(nowNs / SLOT_SHIFT_NS)
    const first = Math.max(this.#tick, tickNow - SLOT_COUNT + 1)
    let due = NONE
    for (let tick = tickNow; tick >= first; tick--) {
      due = this.#takeDue(tick % SLOT_COUNT, nowNs, due)
    }
    // Before anything fires: what is armed meanwhile must land in a slot that is still to come.
    this.#tick = Math.max(this.#tick, tickNow)
    const fired = this.#fire(due, nowNs)
    this.#earliestNs = this.#findEarliest()
    return fired
  }

  /** Moves the due entries of a slot to the front of the chain `due`; returns the new front. */
  #takeDue(slot: number, nowNs: MonoNs, due: number): number {
    let front = due
    let entry = this.#slotFirst[slot]!
    while (entry !== NONE) {
      const next = this.#next[entry]!
      if (this.#deadlineNs[entry]! <= nowNs) {
        this.#unlink(entry)
        this.#slot[entry] = DUE
        this.#next[entry] = front
        front = entry
      }
      entry = next
    }
    return front
  }

  #fire(due: number, nowNs: MonoNs): number {
    let fired = 0
    let entry = due
    while (entry !== NONE) {
      const next = this.#next[entry]!
      const target = this.#target[entry]!
      const token = this.#token[entry]!
      this.#release(entry)
      if (target !== null) {
        this.#armedCount--
        fired++
        target.onTimer(token, nowNs)
      }
      entry = next
    }
    return fired
  }

  #link(entry: number, slot: number): void {
    const first = this.#slotFirst[slot]!
    this.#slot[entry] = slot
    this.#next[entry] = first
    this.#previous[entry] = NONE
    if (first !== NONE) this.#previous[first] = entry
    this.#slotFirst[slot] = entry
  }

  #unlink(entry: number): void {
    const next = this.#next[entry]!
    const previous = this.#previous[entry]!
    if (next !== NONE) this.#previous[next] = previous
    if (previous === NONE) this.#slotFirst[this.#slot[entry]!] = next
    else this.#next[previous] = next
  }

  #release(entry: number): void {
    this.#target[entry] = null
    this.#round[entry] = (this.#round[entry]! + 1) & 0xff_ffff
    this.#next[entry] = this.#free
    this.#free = entry
  }

  #findEarliest(): number {
    let earliestNs: number = NEVER_NS
    if (this.#armedCount === 0) return earliestNs
    for (let i = 0; i < SLOT_COUNT; i++) {
      const tick = this.#tick + i
      for (let e = this.#slotFirst[tick % SLOT_COUNT]!; e !== NONE; e = this.#next[e]!) {
        if (this.#deadlineNs[e]! < earliestNs) earliestNs = this.#deadlineNs[e]!
      }
      // Slots beyond this one hold later deadlines, except those of later rounds: none is earlier.
      if (earliestNs <= (tick + 1) * SLOT_SHIFT_NS) return earliestNs
    }
    return earliestNs
  }
}
