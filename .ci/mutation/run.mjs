// Changes the sources of the orders, the risk gate and the recovery machine in a few thousand small
// ways, one at a time, and counts how often the tests notice: `npm run mutation`.
//
//   npm run mutation                           everything
//   npm run mutation -- --only src/risk/gate.ts    one file, or a few
//   npm run mutation -- --json FILE            the result as a document
//
// A change that no test notices is printed as the line it makes of the source. Changes that cannot
// be noticed, because the program does the same with them, are listed with their reason in
// equivalent.json and count neither way. Ends with 1 below the score that the house asks for.
//
// The tester, Stryker, lives in this folder under a lock of its own and is installed the first
// time, so that nobody downloads it to use floe. It tests a copy of the sources in out/sandbox, in
// which every change is present and one is switched on at a time.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SOURCES } from './scope.mjs'

const FOLDER = dirname(fileURLToPath(import.meta.url))
const ROOT = join(FOLDER, '../..')
process.chdir(ROOT)

const SCORE_MIN = 80
/** Of a file's changes at most so many may be called unnoticeable. */
const EQUIVALENT_MAX = 0.05
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
})

const rows = scoreRows(await mutate())
const total = sum(rows)
printSurvivors(rows)
printScores([...rows, total])
if (flags.json !== undefined) {
  writeFileSync(flags.json, `${JSON.stringify({ total, files: rows }, null, 2)}\n`)
}
const complaints = [
  ...rows.filter((row) => row.equivalent > row.mutants * EQUIVALENT_MAX).map(tooManyEquivalents),
  ...(total.score < SCORE_MIN ? [`the score is below ${SCORE_MIN} %`] : []),
]
for (const complaint of complaints) console.log(complaint)
process.exitCode = complaints.length > 0 ? 1 : 0

/** Every change with what became of it. */
async function mutate() {
  if (!isInstalled()) spawnSync('npm', ['ci', '--prefix', FOLDER], { stdio: 'inherit' })
  const { Stryker } = await import('@stryker-mutator/core')
  const stryker = new Stryker({
    configFile: join(FOLDER, 'stryker.config.mjs'),
    mutate: flags.only ?? SOURCES,
  })
  return await stryker.runMutationTest()
}

function isInstalled() {
  const { dependencies } = readJson(join(FOLDER, 'package.json'))
  return Object.entries(dependencies).every(([name, pin]) => {
    const manifest = join(FOLDER, 'node_modules', name, 'package.json')
    return existsSync(manifest) && readJson(manifest).version === pin
  })
}

/** One row a file: how many changes, and what became of them. */
function scoreRows(mutants) {
  const listed = readJson(join(FOLDER, 'equivalent.json'))
  const byFile = Map.groupBy(mutants, (mutant) => relative(ROOT, mutant.fileName))
  const rows = []
  for (const [file, ofFile] of [...byFile].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const text = readFileSync(file, 'utf8')
    const known = listed.filter((entry) => entry.file === file)
    const row = { file, mutants: 0, killed: 0, timeouts: 0, equivalent: 0, survivors: [], score: 0 }
    for (const mutant of ofFile) count(row, mutant, known, text)
    row.score = scoreOf(row)
    rows.push(row)
  }
  return rows
}

function count(row, mutant, known, text) {
  if (mutant.status === 'Ignored' || mutant.status === 'CompileError') return
  row.mutants++
  if (mutant.status === 'Killed' || mutant.status === 'RuntimeError') row.killed++
  else if (mutant.status === 'Timeout') row.timeouts++
  else {
    const change = changeOf(mutant, text)
    const isListed = known.some(
      ({ was, becomes }) => was === change.was && becomes === change.becomes,
    )
    if (isListed) row.equivalent++
    else row.survivors.push(change)
  }
}

/** A change as two lines; one that covers several lines shows the first and what it became. */
function changeOf({ location, replacement, status }, text) {
  const lines = text.split('\n')
  const { start, end } = location
  const first = lines[start.line - 1]
  const isLong = end.line > start.line
  const rest = isLong ? '' : first.slice(end.column - 1)
  const isAlone = status === 'NoCoverage'
  return {
    line: start.line,
    was: `${first.trim()}${isLong ? ' …' : ''}`,
    becomes: `${first.slice(0, start.column - 1)}${replacement}${rest}`.replace(/\s+/g, ' ').trim(),
    ...(isAlone ? { untested: true } : {}),
  }
}

function sum(rows) {
  const total = { file: 'all', mutants: 0, killed: 0, timeouts: 0, equivalent: 0, survived: 0 }
  for (const row of rows) {
    for (const column of ['mutants', 'killed', 'timeouts', 'equivalent'])
      total[column] += row[column]
    total.survived += row.survivors.length
  }
  return { ...total, score: scoreOf(total) }
}

function scoreOf({ mutants, killed, timeouts, equivalent }) {
  const noticeable = mutants - equivalent
  return noticeable === 0 ? 100 : Math.floor((1_000 * (killed + timeouts)) / noticeable) / 10
}

function printSurvivors(rows) {
  for (const { file, survivors } of rows) {
    for (const { line, was, becomes, untested } of survivors) {
      console.log(`${file}:${line}${untested ? '  (no test comes here)' : ''}`)
      console.log(`  - ${was}\n  + ${becomes}`)
    }
  }
}

function printScores(rows) {
  const cells = rows.map(({ file, mutants, killed, timeouts, equivalent, score, ...row }) => {
    const survived = row.survived ?? row.survivors.length
    return [file, mutants, killed, timeouts, survived, equivalent, `${score} %`].map(String)
  })
  const head = ['file', 'mutants', 'killed', 'timeouts', 'survived', 'equivalent', 'score']
  const widths = head.map((_, at) => Math.max(...[head, ...cells].map((row) => row[at].length)))
  for (const row of [head, ...cells]) {
    console.log(
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
        .join('  '),
    )
  }
}

function tooManyEquivalents({ file, equivalent, mutants }) {
  return `${file}: ${equivalent} of ${mutants} changes are listed as equivalent, too many to believe`
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
