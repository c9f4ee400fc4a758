// What the test files take for `vitest`: it only remembers their tests, so that one process can run
// them some thousand times. `expect` is vitest's own.
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { format } from 'node:util'
import { chai, expect } from 'vitest'

export { expect }

/** Where tests go while their file is loaded. */
let suite = newSuite('', null)
/** The test that is running. */
let current = null

/** Loads one file and returns its tests, each with a name, a file and `run`. */
export async function collect(file, load) {
  suite = newSuite('', null)
  const top = suite
  await load()
  return testsOf(top).map((test) => ({ ...test, file, id: `${file}#${test.name}` }))
}

export async function run(test) {
  current = test
  for (const hook of test.before) await hook()
  try {
    await test.body()
  } finally {
    for (const hook of test.after) await hook()
  }
}

export function describe(name, optionsOrBody, body = optionsOrBody) {
  const child = newSuite(name, suite)
  suite.children.push(child)
  suite = child
  body()
  suite = child.parent
}

export function it(name, optionsOrBody, body = optionsOrBody) {
  suite.children.push({ name, body })
}

export function beforeEach(hook) {
  suite.before.push(hook)
}

export function afterEach(hook) {
  suite.after.push(hook)
}

describe.each = each(describe)
it.each = each(it)

function each(define) {
  return (rows) => (name, body) => {
    for (const [at, row] of rows.entries()) {
      const cells = Array.isArray(row) ? row : [row]
      define(`${at}: ${format(name, ...cells)}`, () => body(...cells))
    }
  }
}

function newSuite(name, parent) {
  return { name, parent, children: [], before: [], after: [] }
}

function testsOf(node, names = [], before = [], after = []) {
  if (node.body !== undefined) {
    return [{ name: [...names, node.name].join(' > '), body: node.body, before, after }]
  }
  const path = node.name === '' ? names : [...names, node.name]
  const hooks = [
    [...before, ...node.before],
    [...node.after, ...after],
  ]
  return node.children.flatMap((child) => testsOf(child, path, ...hooks))
}

/** Of texts, and the first one of a test: the house has no others. */
function toMatchSnapshot() {
  const { file, name } = current
  const saved = {}
  const path = join(dirname(file), '__snapshots__', `${basename(file)}.snap`)
  new Function('exports', readFileSync(path, 'utf8'))(saved)
  expect(`"${this._obj}"`).toBe(saved[`${name} 1`]?.trim())
}

chai.util.addMethod(chai.Assertion.prototype, 'toMatchSnapshot', toMatchSnapshot)
