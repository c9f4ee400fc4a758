// A temporary copy of the sources, made once, in which one bug at a time is planted and explored by
// a process of its own. The sources themselves are never touched.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { planted, type Planting } from './planting.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const EXPLORER = 'explore-seeds.ts'

/** One seed's run in the copy; `broken` is '' when every invariant held. */
export interface Finding {
  readonly seed: number
  readonly broken: string
}

export class Workshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'floe-planted-'))

  constructor() {
    cpSync(join(ROOT, 'src'), join(this.directory, 'src'), { recursive: true })
    for (const name of ['package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, name), join(this.directory, name))
    }
    cpSync(join(ROOT, 'test/planted', EXPLORER), join(this.directory, EXPLORER))
    symlinkSync(join(ROOT, 'node_modules'), join(this.directory, 'node_modules'))
  }

  /** Explores with the bug in place, until a seed says what the bug is known by. */
  async explorePlanted(planting: Planting, seeds: readonly number[]): Promise<Finding[]> {
    const path = join(this.directory, planting.file)
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, planted(planting, source))
    try {
      return await this.explore(seeds, planting.says)
    } finally {
      writeFileSync(path, source)
    }
  }

  /** The seeds one after the other; ends early behind one that says `until`. */
  async explore(seeds: readonly number[], until?: RegExp): Promise<Finding[]> {
    const order = JSON.stringify({ seeds, until: until?.source })
    const child = spawn(process.execPath, [EXPLORER, order], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    if (code !== 0) throw new Error(`exploring in ${this.directory} failed: ${complaints}`)
    return output.trim().split('\n').map(findingOf)
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** As many copies as explore at a time; who wants one waits for its turn. */
export class Workshops {
  readonly #all: readonly Workshop[]
  readonly #free: Workshop[]
  readonly #waiting: ((shop: Workshop) => void)[] = []

  constructor(count: number) {
    this.#all = Array.from({ length: count }, () => new Workshop())
    this.#free = [...this.#all]
  }

  async use<Result>(work: (shop: Workshop) => Promise<Result>): Promise<Result> {
    const shop = this.#free.pop() ?? (await this.#next())
    try {
      return await work(shop)
    } finally {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#free.push(shop)
      else waiting(shop)
    }
  }

  close(): void {
    for (const shop of this.#all) shop.close()
  }

  #next(): Promise<Workshop> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

function findingOf(line: string): Finding {
  return JSON.parse(line) as Finding
}
