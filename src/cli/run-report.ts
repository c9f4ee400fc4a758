// What a run says at its end: a table for people, a document for programs. Decimal text throughout.
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { EngineError, errorText } from '#core/engine-error.ts'
import type { TaskReport } from '#task/task.ts'
import { latencyJson, latencyTable, type LatencyRow } from '#telemetry/latency-report.ts'

const COLUMNS: readonly (readonly [string, (report: TaskReport) => string])[] = [
  ['task', (r) => r.id],
  ['state', (r) => r.state],
  ['side', (r) => r.side],
  ['filled', (r) => `${r.filled}/${r.total}`],
  ['residual', (r) => r.residual],
  ['average', (r) => r.average_price || '–'],
  ['arrival', (r) => r.arrival_price || '–'],
  ['slippage bps', (r) => r.slippage_bps || '–'],
  ['orders', (r) => String(r.orders)],
  ['fills', (r) => String(r.fills)],
  ['reprices', (r) => String(r.reprices)],
  ['rejects', (r) => String(r.rejects)],
  ['seconds', (r) => (r.elapsed_ms / 1_000).toFixed(1)],
]

export function taskTable(reports: readonly TaskReport[]): string {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...reports.map((r) => COLUMNS.map(([, of]) => of(r))),
  ]
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  '))
  const reasons = reports
    .filter((report) => report.reason !== '')
    .map((report) => `${report.id}: ${report.reason}`)
  return [...lines.map((line) => line.trimEnd()), ...reasons].join('\n')
}

export function finalReport(
  reports: readonly TaskReport[],
  latencies: readonly LatencyRow[],
): string {
  return `${taskTable(reports)}\n\n${latencyTable(latencies)}`
}

/** Asked before anything trades. @throws EngineError `report_unwritable` naming the file. */
export function requireWritableReport(file: string): void {
  try {
    closeSync(openSync(file, 'a'))
  } catch (thrown) {
    throw unwritable(file, thrown)
  }
}

/** @throws EngineError `report_unwritable` naming the file. */
export function writeJsonReport(
  file: string,
  mode: string,
  reports: readonly TaskReport[],
  latencies: readonly LatencyRow[],
): void {
  const document = { mode, tasks: reports, latency: latencyJson(latencies) }
  try {
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
  } catch (thrown) {
    throw unwritable(file, thrown)
  }
}

function unwritable(file: string, thrown: unknown): EngineError {
  const text = `--json: cannot write ${file}: ${errorText(thrown)}; name a file that can be written`
  return new EngineError('report_unwritable', text)
}
