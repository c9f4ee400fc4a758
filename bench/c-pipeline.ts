// The reference: c/tick-to-order.c in a process of its own, logged on with a request that is signed
// here. It takes its own times and tells them between two slices.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { sign } from 'node:crypto'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Credentials } from '#venue/venue.ts'
import type { CProgram } from './c-compiler.ts'
import type { ReactionSamples, ReactionTimes } from './reaction-times.ts'

const ANSWER_TIMEOUT_MS = 20_000
/** The id that the program waits for. */
const LOGON_ID = 1
const NS_PER_US = 1_000

export interface CPipelineOptions {
  readonly program: CProgram
  readonly port: number
  /** Of an ed25519 key. */
  readonly credentials: Credentials
  readonly symbol: string
  readonly offsetTicks: number
}

interface SamplesNs {
  readonly readyNs: readonly number[]
  readonly writtenNs: readonly number[]
}

interface Report {
  readonly tick: SamplesNs
  readonly answer: SamplesNs
}

type Child = ChildProcessByStdio<Writable, Readable, null>

export class CPipeline {
  readonly #options: CPipelineOptions
  #child: Child | null = null
  #lines: Interface | null = null

  constructor(options: CPipelineOptions) {
    this.#options = options
  }

  /** Resolves once the first order is working. */
  async start(): Promise<void> {
    const { program, port, credentials, symbol, offsetTicks } = this.#options
    const parameters = [port, symbol, offsetTicks].map(String)
    const child = spawn(program.path, [...parameters, logonRequest(credentials)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child = child
    this.#lines = createInterface(child.stdout)
    await this.#line()
  }

  /** Samples are taken from now on, or no longer. */
  setCounting(isCounting: boolean): void {
    this.#child?.stdin.write(isCounting ? 'count\n' : 'pause\n')
  }

  /** Adds what was taken since the last time. */
  async collect(times: ReactionTimes): Promise<void> {
    this.#child?.stdin.write('report\n')
    const report = JSON.parse(await this.#line()) as Report
    addSamples(times.tick, report.tick)
    addSamples(times.answer, report.answer)
  }

  stop(): void {
    this.#child?.stdin.end()
  }

  #line(): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('the pipeline in C does not answer'))
      const timer = setTimeout(fail, ANSWER_TIMEOUT_MS)
      this.#child?.once('exit', fail)
      this.#lines?.once('line', (line) => {
        clearTimeout(timer)
        this.#child?.off('exit', fail)
        resolve(line)
      })
    })
  }
}

function addSamples({ readyUs, writtenUs }: ReactionSamples, samples: SamplesNs): void {
  for (const readyNs of samples.readyNs) readyUs.push(readyNs / NS_PER_US)
  for (const writtenNs of samples.writtenNs) writtenUs.push(writtenNs / NS_PER_US)
}

/** The venue signs the sorted parameters as they stand, and so do we. */
function logonRequest({ key, secret }: Credentials): string {
  const timestamp = Date.now()
  const payload = `apiKey=${key}&timestamp=${timestamp}`
  const signature = sign(null, Buffer.from(payload), secret).toString('base64')
  const params = { apiKey: key, signature, timestamp }
  return JSON.stringify({ id: LOGON_ID, method: 'session.logon', params })
}
