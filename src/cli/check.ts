// `floe check`: everything a run would stumble over, one line each, before it costs anything.
// First what the file says, then what the venues say; the second only when the first is whole.
import { loadConfig } from '#config/loader.ts'
import type { FloeConfig } from '#config/config.ts'
import { ConfigError } from '#config/config-error.ts'
import { errorText } from '#core/engine-error.ts'
import { parseIceberg } from '#task/iceberg-parameters.ts'
import { ExitCode } from './exit-code.ts'

export interface CheckLine {
  /** `clock of binance_spot` */
  readonly what: string
  readonly ok: boolean
  /** What was seen, and the fix where it is not ok. */
  readonly detail: string
}

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
  print(lines, options.json)
  return lines.every((line) => line.ok) ? ExitCode.Done : ExitCode.Error
}

function checkFile(path: string): { lines: CheckLine[]; config: FloeConfig | null } {
  try {
    const config = loadConfig(path)
    const detail = `mode ${config.mode}, ${config.tasks.length} tasks`
    return { lines: [{ what: path, ok: true, detail }, ...checkTasks(config)], config }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const lines = error.issues.map((issue) => ({
      what: `${issue.position}: ${issue.key}`,
      ok: false,
      detail: `found ${issue.found}, allowed ${issue.allowed}`,
    }))
    return { lines, config: null }
  }
}

function checkTasks(config: FloeConfig): CheckLine[] {
  return config.tasks.map((task) => {
    const what = `task ${task.id}`
    try {
      parseIceberg(task.parameters, task.position)
      return { what, ok: true, detail: 'parameters understood' }
    } catch (error) {
      return { what, ok: false, detail: errorText(error) }
    }
  })
}

function print(lines: readonly CheckLine[], json: boolean): void {
  if (json) {
    const ok = lines.every((line) => line.ok)
    process.stdout.write(`${JSON.stringify({ ok, checks: lines })}\n`)
    return
  }
  for (const { what, ok, detail } of lines) {
    process.stdout.write(`${ok ? '✓' : '✗'} ${what}: ${detail}\n`)
  }
}
