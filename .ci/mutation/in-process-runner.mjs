// A test runner for Stryker that keeps sources and tests loaded: a mutant costs the time of its
// tests, up to the first that notices, a few milliseconds. Starting vitest for each of some
// thousand mutants took half a second of processor each.
//
// A mutant in code that runs while a module is loaded (a table, a constant) needs modules of its
// own: they are imported once more under another address, `file.ts?life=7`.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import fc from 'fast-check'
import { collect, run } from './fake-vitest.mjs'
import { TESTS } from './scope.mjs'

const SANDBOX = pathToFileURL(join(process.cwd(), '/')).href
const FAKE = import.meta.resolve('./fake-vitest.mjs')
/** Shared with the code that Stryker puts into the sources. */
const shared = (globalThis.__stryker__ ??= {})
let life = 0
/** How long each test took without a mutant, for a process that takes over from one that hung. */
const SPENT_FILE = '.spent.json'

// A mutant that a property catches needs no smallest example, and few need long ones. The same
// seed each time: what is noticed today is noticed tomorrow.
fc.configureGlobal({ endOnFailure: true, seed: 17 })
process.env['FLOE_INTERLEAVINGS'] ??= '300'
registerHooks({
  resolve(specifier, context, next) {
    const isOurs = context.parentURL?.startsWith(SANDBOX)
    if (isOurs && specifier === 'vitest') return { url: FAKE, shortCircuit: true }
    const found = next(specifier, context)
    return found.url.startsWith(SANDBOX) ? { ...found, url: `${found.url}?life=${life}` } : found
  },
})

class InProcessRunner {
  /** The tests of the unchanged modules; changes within functions are switched on in them. */
  #tests = []

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    shared.activeMutant = undefined
    this.#tests = await loadTests()
  }

  async dryRun() {
    const results = await runTests(this.#tests, false)
    const spentMs = Object.fromEntries(results.map(({ id, timeSpentMs }) => [id, timeSpentMs]))
    writeFileSync(SPENT_FILE, JSON.stringify(spentMs))
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: shared.mutantCoverage }
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    Object.assign(shared, { activeMutant: activeMutant.id, hitCount: 0, hitLimit })
    try {
      const isStatic = mutantActivation === 'static'
      const tests = isStatic ? await loadTests() : this.#tests
      const isChosen = ({ id }) => testFilter === undefined || testFilter.includes(id)
      const results = await runTests(quickFirst(tests.filter(isChosen)), !disableBail)
      const beyondLimit = determineHitLimitReached(shared.hitCount, hitLimit)
      return toMutantRunResult(beyondLimit ?? { status: DryRunStatus.Complete, tests: results })
    } catch (error) {
      // The sources do not even load.
      return {
        status: MutantRunStatus.Killed,
        killedBy: [],
        failureMessage: String(error),
        nrOfTests: 0,
      }
    } finally {
      Object.assign(shared, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined })
    }
  }

  /** Nothing that a mutant did may have lasted: without one every test still passes. */
  async dispose() {
    const failed = (await runTests(this.#tests, false)).filter(
      ({ failureMessage }) => failureMessage,
    )
    if (failed.length === 0) return
    throw new Error(`a mutant left something behind: ${failed.map(({ id }) => id).join(', ')}`)
  }
}

async function loadTests() {
  life++
  const tests = []
  for (const path of TESTS.flatMap((pattern) => globSync(pattern)).toSorted()) {
    const url = pathToFileURL(path).href
    tests.push(...(await collect(path, () => import(url))))
  }
  return tests
}

/** Most mutants are noticed before the long properties begin. */
function quickFirst(tests) {
  if (!existsSync(SPENT_FILE)) return tests
  const spentMs = JSON.parse(readFileSync(SPENT_FILE, 'utf8'))
  return tests.toSorted((a, b) => spentMs[a.id] - spentMs[b.id])
}

async function runTests(tests, bail) {
  const results = []
  for (const test of tests) {
    const { id, name, file } = test
    const startMs = performance.now()
    shared.currentTestId = id
    let failure
    try {
      await run(test)
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    shared.currentTestId = undefined
    const timeSpentMs = performance.now() - startMs
    const told = { id, name, fileName: join(process.cwd(), file), timeSpentMs }
    if (failure === undefined) results.push({ ...told, status: TestStatus.Success })
    else results.push({ ...told, status: TestStatus.Failed, failureMessage: failure })
    if (bail && failure !== undefined) break
  }
  return results
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
]
