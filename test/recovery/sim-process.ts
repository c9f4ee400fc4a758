// `floe sim` as a process of its own, so that it can be killed, frozen and started again.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LedgerView } from '#sim/ledger-view.ts'
import type { ReadyLine } from '#sim/venue-spec.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export class SimProcess {
  readonly ready: ReadyLine
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(child: ChildProcess, ready: ReadyLine) {
    this.#child = child
    this.ready = ready
    this.#exited = new Promise((resolve) => child.once('exit', resolve))
  }

  /** Listens when this resolves; a venue that was killed comes back with its ports and ledger. */
  static async start(config: string): Promise<SimProcess> {
    const child = spawn(process.execPath, [MAIN, 'sim', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    const line = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString()
      })
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        if (said.includes('\n')) resolve(said)
      })
      child.once('exit', (code) => reject(new Error(`floe sim ended with ${code}: ${said}`)))
    })
    return new SimProcess(child, JSON.parse(line) as ReadyLine)
  }

  get pid(): number {
    return this.#child.pid!
  }

  get port(): number {
    return Number(new URL(this.ready.venues[0]!.urls.rest).port)
  }

  async ledger(): Promise<LedgerView> {
    const reply = await fetch(`${this.ready.admin}/ledger`)
    const { binance_spot: ledger } = (await reply.json()) as { binance_spot: LedgerView }
    return ledger
  }

  /** Throws a switch of the venue. */
  async command(body: Readonly<Record<string, unknown>>): Promise<void> {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const reply = await fetch(`${this.ready.admin}/command`, init)
    if (reply.status !== 200) throw new Error(`${init.body}: ${await reply.text()}`)
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** Also of one that is frozen or dead already. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
