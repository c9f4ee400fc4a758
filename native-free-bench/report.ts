// How measurements are told: a line each on the terminal, all of them as JSON.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { ratioOf, type Measurement } from './measurement.ts'

/** The machine, in one line: no figure is worth anything without it. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return `${model}, ${availableParallelism()} cores, ${memoryGb} GB, Node ${process.versions.node}`
}

/** What else runs here, when it is much: '' on a quiet machine. Asked before measuring begins. */
export function busyLine(): string {
  const load = loadavg()[0] ?? 0
  const cores = availableParallelism()
  if (load <= cores) return ''
  return (
    `the machine was busy before (load ${load.toFixed(1)} on ${cores} cores): peers that collect ` +
    'garbage suffer more from it than floe does, and ratios come out too high'
  )
}

export function measurementLine(measurement: Measurement): string {
  const { row, name, against, unit, ours, theirs, ratios } = measurement
  const spread = `${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)}`
  const result = `${ratioOf(measurement).toFixed(1).padStart(6)}×`
  return (
    `${row.padStart(3)} ${name.padEnd(40)} ${figure(ours, unit)} against ${figure(theirs, unit)} ` +
    `${result}  (${spread}${goalText(measurement)}; ${against})` +
    (measurement.isMeasurable ? '' : ' NOT MEASURABLE HERE')
  )
}

export function goalText({ goal, relation }: Measurement): string {
  if (goal === null) return ''
  return `, goal ${relation === 'peer' ? '≥' : '≤'} ${goal}×`
}

export function figure(value: number, unit: Measurement['unit']): string {
  const unitText = unit === 'us' ? 'µs' : unit
  const digits = value >= 100 ? 0 : value >= 1 ? 1 : 3
  return `${value.toFixed(digits)} ${unitText}`.padStart(10)
}

export function print(text: string): void {
  process.stdout.write(text)
}

export function writeJson(path: string, document: unknown): void {
  writeText(path, `${JSON.stringify(document, null, 2)}\n`)
}

/** Makes the folder; '' writes nothing. */
export function writeText(path: string, text: string): void {
  if (path === '') return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
