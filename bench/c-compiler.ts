// Compiles a reference in C where the machine has a compiler; without one the lines that need it
// are left out, and it is said so.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMPILERS = ['cc', 'gcc'] as const
const FLAGS = ['-O2', '-march=native'] as const

export const NO_COMPILER = 'no C compiler here'

export class CProgram {
  readonly path: string
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
    this.path = join(directory, 'program')
  }

  /** Null without a compiler. @throws Error with the compiler's words for a source it refuses. */
  static compile(source: string): CProgram | null {
    const program = new CProgram(mkdtempSync(join(tmpdir(), 'floe-bench-c-')))
    const input = fileURLToPath(new URL(`./c/${source}`, import.meta.url))
    for (const compiler of COMPILERS) {
      const { error, status, stderr } = spawnSync(compiler, [...FLAGS, input, '-o', program.path])
      if (error !== undefined) continue
      if (status === 0) return program
      program.remove()
      throw new Error(`${compiler} refuses ${source}:\n${stderr.toString()}`)
    }
    program.remove()
    return null
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
