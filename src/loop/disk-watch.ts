// Says what the journal's disk is doing to the run: once when no new order may be sent because of
// it, once when that is over. The reaction itself is the order sender's, which asks the journal
// before each order; here a person learns why nothing is sent, and what to do.
import { getSystemErrorName } from 'node:util'
import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import { DiskState } from '#journal/journal-ring.ts'

export interface WatchedJournal {
  readonly diskState: DiskState
  /** errno of the last failure, 0 when the disk is fine. */
  readonly diskErrno: number
  readonly admitsOrders: boolean
}

export class DiskWatch {
  readonly #journal: WatchedJournal
  readonly #notices: NoticeSink
  /** Code of what was said last; '' while orders are admitted. */
  #said = ''

  constructor(journal: WatchedJournal, notices: NoticeSink) {
    this.#journal = journal
    this.#notices = notices
  }

  look(nowNs: MonoNs): void {
    const code = this.#code()
    if (code === this.#said) return
    if (code === '') {
      this.#notices.notice('warn', 'journal_again', AGAIN, nowNs)
    } else {
      this.#notices.notice('alarm', code, this.#text(code), nowNs)
    }
    this.#said = code
  }

  #code(): '' | ReasonCode {
    const { diskState, admitsOrders } = this.#journal
    if (admitsOrders) return ''
    if (diskState === DiskState.Full) return 'disk_full'
    return diskState === DiskState.Failing ? 'disk_failing' : 'journal_behind'
  }

  #text(code: ReasonCode): string {
    const { diskErrno } = this.#journal
    const errorName = diskErrno === 0 ? '' : ` (${getSystemErrorName(-diskErrno)})`
    const [what, fix] = REASONS[code]
    return `the disk of state_dir ${what}${errorName}: no new order is sent, cancels go; ${fix}`
  }
}

const REASONS = {
  disk_full: ['is full', 'free space on it'],
  disk_failing: ['refuses the journal', 'see to it that it can be written'],
  journal_behind: ['is slow, the journal waits to be written', 'it goes on when that is done'],
} as const
type ReasonCode = keyof typeof REASONS

const AGAIN = 'the journal is written again: orders may be sent'
