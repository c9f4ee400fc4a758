// `floe check`: everything a run would stumble over, one line each, before it costs anything.
// First what the file says, then what the venues say; the second only when the first is whole.
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig } from '#config/loader.ts'
import type { FloeConfig } from '#config/config.ts'
import { ConfigError, type ConfigIssue } from '#config/config-error.ts'
import { EngineError } from '#core/engine-error.ts'
import { venueRecordPath } from '#sim/host-state.ts'
import { busyPollLine } from './busy-poll.ts'
import { failed, passed, warned, type CheckLine } from './check-line.ts'
import { ExitCode } from './exit-code.ts'
import { readKillFile } from './kill-file.ts'
import { kernelsLine } from './kernels-line.ts'
import { preflight } from './preflight.ts'
import { resolveVenues } from './run-sources.ts'
import { taskIssues } from './task-parameters.ts'
import { endVenues, findRunning } from './venue-process.ts'

/** Exit code 0 when all is well, 2 when the file is wrong, 1 when the world is. */
export async function checkConfiguration(
  path: string,
  options: { json: boolean },
): Promise<number> {
  const { lines, config } = checkFile(path)
  if (config === null || lines.some((line) => !line.ok)) {
    print(lines, options.json)
    return ExitCode.BadConfiguration
  }
  const busyPoll = busyPollLine(config.busyPoll)
  const world = [
    checkStateDir(config.stateDir),
    kernelsLine(),
    ...(busyPoll === null ? [] : [busyPoll]),
    ...killSwitchLines(config.stateDir),
    ...(await checkVenues(config)),
  ]
  print([...lines, ...world], options.json)
  return world.every((line) => line.ok) ? ExitCode.Done : ExitCode.Error
}

function checkFile(path: string): { lines: CheckLine[]; config: FloeConfig | null } {
  try {
    const config = loadConfig(path)
    const detail = `mode ${config.mode}, ${config.tasks.length} tasks`
    return { lines: [{ what: path, ok: true, detail }, ...checkTasks(config)], config }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { lines: error.issues.map(issueLine), config: null }
  }
}

function checkTasks(config: FloeConfig): CheckLine[] {
  return config.tasks.flatMap((task) => {
    const issues = taskIssues(task)
    if (issues.length > 0) return issues.map(issueLine)
    return [passed(`task ${task.id}`, 'parameters understood')]
  })
}

function issueLine({ position, key, found, allowed }: ConfigIssue): CheckLine {
  return failed(`${position}: ${key}`, `found ${found}, allowed ${allowed}`)
}

/** The nearest directory that exists must take the rest. */
function checkStateDir(stateDir: string): CheckLine {
  const what = `state_dir ${stateDir}`
  let existing = stateDir
  while (!existsSync(existing)) existing = dirname(existing)
  try {
    accessSync(existing, constants.W_OK | constants.X_OK)
    return passed(what, 'can be written')
  } catch {
    return failed(what, `${existing} cannot be written; change its owner or choose another`)
  }
}

/** Only what is known without a journal: the file that outlives every run. */
function killSwitchLines(stateDir: string): CheckLine[] {
  const cause = readKillFile(stateDir)
  if (cause === null) return []
  const what = `engaged (${cause.reason}); a run sends nothing`
  return [warned('kill switch', `${what} until floe kill CONFIG --release`)]
}

async function checkVenues(config: FloeConfig): Promise<CheckLine[]> {
  const isAlone = config.mode === 'sim' && !(await findRunning(venueRecordPath(config.stateDir)))
  // Embedded venues of a check leave nothing behind: their ledger would be the first run's.
  const scratch = isAlone ? mkdtempSync(join(tmpdir(), 'floe-check-')) : null
  const seen = scratch === null ? config : { ...config, stateDir: scratch }
  try {
    const { venues } = await resolveVenues(seen)
    return await preflight(config, venues)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return [failed('venues', error.message)]
  } finally {
    if (scratch !== null) {
      await endVenues(scratch)
      rmSync(scratch, { recursive: true, force: true, maxRetries: 10 })
    }
  }
}

function print(lines: readonly CheckLine[], json: boolean): void {
  if (json) {
    const ok = lines.every((line) => line.ok)
    process.stdout.write(`${JSON.stringify({ ok, checks: lines })}\n`)
    return
  }
  for (const { what, ok, isWarning, detail } of lines) {
    const mark = isWarning === true ? '!' : ok ? '✓' : '✗'
    process.stdout.write(`${mark} ${what}: ${detail}\n`)
  }
}
