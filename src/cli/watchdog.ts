// `floe watchdog`: the process beside an engine. `floe run` starts it in the state directory and
// tells it on its input what to watch; nobody else has a use for it.
//
//   input ── one line: what to watch ── a byte for each beat ── goodbye ── or just the end
//   output ─ a byte for each that was heard, so that the engine knows that somebody listens
//
// `watchdog.sock` in the state directory is held while it lives: a watchdog that is started for a
// later engine connects there, and this one gives way.
import { appendFileSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorText } from '#core/engine-error.ts'
import type { WatchFields, WatchLog } from '#watchdog/watch-log.ts'
import { Watchdog } from '#watchdog/watchdog.ts'
import { GOODBYE, readWatchdogSpec, type WatchdogSpec } from '#watchdog/watchdog-spec.ts'
import { ExitCode } from './exit-code.ts'
import { RescueRoom } from './rescue-room.ts'

/** Relative: the process lives in the state directory, whose path may be longer than a socket's. */
const SOCKET = 'watchdog.sock'
const LOG = 'watchdog.log'
const OWNER_ONLY_MASK = 0o077
const SPEC_BYTES_MAX = 1 << 20
/** How long an earlier watchdog may take to give way. */
const TAKE_OVER_MS = 2_000
const TAKE_OVER_POLL_MS = 50

/** Resolves to the exit code when there is nothing left to watch and nothing to take back. */
export async function runWatchdog(): Promise<number> {
  process.umask(OWNER_ONLY_MASK)
  // What the terminal of the engine says is not meant for us, nor is its end.
  process.on('SIGHUP', () => undefined)
  process.on('SIGINT', () => undefined)
  process.stdout.on('error', () => undefined)
  const input = new WatchedInput()
  const spec = readWatchdogSpec(await input.firstLine())
  return new Promise((resolve, reject) => {
    const post = new Post(spec, input, { ended: () => resolve(ExitCode.Done), crashed: reject })
    post.begin()
  })
}

/** The pipe from the engine: a line, then single bytes. */
class WatchedInput {
  #text = ''
  #onLine: ((line: string) => void) | null = null
  #onText: ((text: string) => void) | null = null
  #onEnd: (() => void) | null = null
  #isEnded = false

  constructor() {
    process.stdin.setEncoding('latin1')
    process.stdin.on('data', (text: string) => this.#take(text))
    process.stdin.on('end', () => this.#end())
    process.stdin.on('error', () => this.#end())
  }

  firstLine(): Promise<string> {
    return new Promise((resolve) => {
      this.#onLine = resolve
      this.#take('')
    })
  }

  /** Everything behind the first line, and the end, also when they came before this call. */
  listen(onText: (text: string) => void, onEnd: () => void): void {
    this.#onText = onText
    this.#onEnd = onEnd
    this.#take('')
    if (this.#isEnded) onEnd()
  }

  close(): void {
    process.stdin.destroy()
  }

  #take(text: string): void {
    this.#text += text
    if (this.#onText !== null) {
      const taken = this.#text
      this.#text = ''
      if (taken !== '') this.#onText(taken)
      return
    }
    const end = this.#text.indexOf('\n')
    const isTooLong = this.#text.length > SPEC_BYTES_MAX
    if (this.#onLine === null || (end < 0 && !isTooLong)) return
    const line = Buffer.from(this.#text.slice(0, Math.max(0, end)), 'latin1').toString('utf8')
    this.#text = this.#text.slice(end + 1)
    this.#onLine(line)
    this.#onLine = null
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#onLine?.('')
    this.#onEnd?.()
  }
}

interface PostLife {
  ended(): void
  crashed(thrown: unknown): void
}

/** The watchdog at its post: what it hears, says and writes. */
class Post implements WatchLog {
  readonly #spec: WatchdogSpec
  readonly #input: WatchedInput
  readonly #life: PostLife
  readonly #room: RescueRoom
  readonly #watchdog: Watchdog
  #server: Server | null = null

  constructor(spec: WatchdogSpec, input: WatchedInput, life: PostLife) {
    this.#spec = spec
    this.#input = input
    this.#life = life
    this.#room = new RescueRoom((thrown) => this.#crash(thrown))
    const { clock, timers } = this.#room
    const owner = { instance: spec.instance, incarnationMax: spec.incarnation }
    const sweeps = this.#room.sweepsFor(spec.accounts, owner, this)
    const { silenceNs, patienceNs } = spec
    const parts = { timers, sweeps, silenceNs, patienceNs, log: this, ended: () => this.#end() }
    this.#watchdog = new Watchdog(parts, clock.nowNs())
  }

  begin(): void {
    const { instance, incarnation, silenceNs } = this.#spec
    const silence_ms = silenceNs / 1e6
    this.tell('watching', { pid: process.pid, instance, incarnation, silence_ms })
    this.#input.listen(
      (text) => this.#hear(text),
      () => {
        this.#watchdog.closed(this.#room.clock.nowNs())
        this.#room.wake()
      },
    )
    this.#room.wake()
    void this.#holdPost()
  }

  tell(event: string, fields: WatchFields): void {
    const line = JSON.stringify({ at: new Date().toISOString(), event, ...fields })
    try {
      appendFileSync(LOG, `${line}\n`)
    } catch {
      // A full disk must not keep orders from being taken back.
    }
  }

  #hear(text: string): void {
    const nowNs = this.#room.clock.nowNs()
    if (text.includes(GOODBYE)) return this.#watchdog.goodbye(nowNs)
    this.#watchdog.beat(nowNs)
    process.stdout.write('.')
    this.#room.wake()
  }

  /** One at a post: whoever stands there for an earlier engine is asked to give way. */
  async #holdPost(): Promise<void> {
    for (let waitedMs = 0; waitedMs < TAKE_OVER_MS; waitedMs += TAKE_OVER_POLL_MS) {
      this.#server = await listening((incarnation) => this.#relieved(incarnation))
      if (this.#server !== null) return
      await askToGiveWay(this.#spec.incarnation)
      await sleep(TAKE_OVER_POLL_MS)
    }
    this.tell('post_is_held', { why: 'an earlier watchdog does not give way' })
  }

  #relieved(incarnation: number): void {
    if (incarnation < this.#spec.incarnation) return
    this.#watchdog.successor(incarnation, this.#room.clock.nowNs())
  }

  #end(): void {
    this.#input.close()
    this.#room.stop()
    this.#server?.close()
    this.#life.ended()
  }

  #crash(thrown: unknown): void {
    this.tell('crashed', { why: errorText(thrown) })
    this.#life.crashed(thrown)
  }
}

/** Null when somebody else listens there. */
function listening(onSuccessor: (incarnation: number) => void): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((connection) => {
      connection.setEncoding('latin1')
      connection.on('data', (text: string) => onSuccessor(Number(text)))
      connection.on('error', () => undefined)
      connection.unref()
    })
    server.once('error', () => resolve(null))
    server.listen(SOCKET, () => resolve(server))
    server.unref()
  })
}

/** Where nobody answers any more the socket is what a killed watchdog left behind. */
function askToGiveWay(incarnation: number): Promise<void> {
  return new Promise((resolve) => {
    const connection = createConnection(SOCKET)
    connection.once('connect', () => connection.end(String(incarnation)))
    connection.once('error', () => {
      rmSync(SOCKET, { force: true })
      resolve()
    })
    connection.once('close', () => resolve())
  })
}
