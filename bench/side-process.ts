// One side of a comparison in a process of its own: its CPU time is its own, and what one side did
// to its compiler and its caches touches no other.
//
//   bench ── "100000\n" ─► side          a count of operations to do
//   bench ◄─ "215.3\n" ── side           the figures it measured, apart by blanks
//
// Plain lines, so that a side may be written in any language. A side ends when its input does.
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

type Waiter = PromiseWithResolvers<string>

export class SideProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  #waiter: Waiter | null = null
  #isOver = false

  constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    child.once('error', () => this.#end())
    child.once('close', () => this.#end())
  }

  /** A TypeScript file of this folder. */
  static script(file: string, args: readonly string[] = []): SideProcess {
    const path = fileURLToPath(new URL(file, import.meta.url))
    return new SideProcess(file, process.execPath, [path, ...args])
  }

  /** The next line that it says. */
  line(): Promise<string> {
    const waiter: Waiter = Promise.withResolvers()
    const line = this.#lines.shift()
    if (line !== undefined) waiter.resolve(line)
    else if (this.#isOver) waiter.reject(this.#ended())
    else this.#waiter = waiter
    return waiter.promise
  }

  /** Lets it do `count` operations; its figures. */
  async ask(count: number): Promise<number[]> {
    this.#child.stdin?.write(`${count}\n`)
    const figures = (await this.line()).split(' ').map(Number)
    if (figures.every(Number.isFinite)) return figures
    throw new Error(`${this.#name} answered no numbers`)
  }

  stop(): void {
    this.#child.stdin?.end()
  }

  #take(line: string): void {
    const waiter = this.#waiter
    this.#waiter = null
    if (waiter === null) this.#lines.push(line)
    else waiter.resolve(line)
  }

  #end(): void {
    this.#isOver = true
    this.#waiter?.reject(this.#ended())
    this.#waiter = null
  }

  #ended(): Error {
    return new Error(`${this.#name} ended before it answered`)
  }
}

/** The other end: answers every count with figures, in turn, and ends with its input. */
export function answerCounts(measure: (count: number) => Promise<readonly number[]>): void {
  const input = createInterface({ input: process.stdin })
  let last: Promise<unknown> = Promise.resolve()
  input.on('line', (line) => {
    last = last.then(async () => {
      say((await measure(Number(line))).join(' '))
    })
    last.catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
  })
  endWithInput()
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function endWithInput(): void {
  process.stdin.on('end', () => process.exit(0))
  process.stdin.resume()
}
