// What an exploration tells a person: counts, faults by kind, cells of every table, findings.
import { cellCoverage } from '#explore/coverage.ts'
import { faultTimes, type Counts } from '#explore/fault-kinds.ts'
import type { Tally } from '#explore/tally.ts'

export function summaryText(tally: Tally): string {
  const { seeds, findings, deaths, messages, messagesMost, facts, records, virtualMs } = tally
  return [
    `${seeds} seeds, ${findings.length} broken, ${deaths} deaths, ${messages} venue messages ` +
      `(at most ${messagesMost} a seed), ${facts} venue facts, ${records} journal records, ` +
      `${Math.round(virtualMs / 1_000)} s of virtual time`,
    faultTable(tally.counts),
    `notices: ${countsText(tally.notices)}`,
    cellTable(tally.cells),
    `hash ${tally.hash}`,
  ].join('\n')
}

/** Kinds of fault that never happened. */
export const missingFaults = (counts: Readonly<Counts>): string[] =>
  faultTimes(counts)
    .filter(([, times]) => times === 0)
    .map(([name]) => name)

export function countsText(counts: Readonly<Counts>): string {
  const sorted = Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([name, times]) => `${name} ${times}`).join(', ') || 'none'
}

const faultTable = (counts: Readonly<Counts>): string =>
  ['fault                        times', ...faultTimes(counts).map(faultRow)].join('\n')

const faultRow = ([name, times]: readonly [string, number]): string =>
  `  ${name.padEnd(24)} ${String(times).padStart(7)}`

function cellTable(taken: Readonly<Counts>): string {
  const rows = cellCoverage(taken).flatMap((table) => {
    const { waiting, contradiction, unreachable } = table.listed
    const percent = ((100 * unreachable) / table.cells).toFixed(1)
    const out = [
      unreachable > 0 ? `${unreachable} out of reach (${percent} %)` : '',
      waiting > 0 ? `${waiting} wait for a venue` : '',
      contradiction > 0 ? `${contradiction} only by a venue that contradicts itself` : '',
      table.gaps.length > 0 ? `gaps: ${table.gaps.join(', ')}` : '',
      table.wronglyListed.length > 0 ? `listed but taken: ${table.wronglyListed.join(', ')}` : '',
    ].filter((part) => part !== '')
    const share = `${table.taken}/${table.cells}`
    return [`  ${table.table.padEnd(20)} ${share.padStart(7)}  ${out.join('; ')}`.trimEnd()]
  })
  return ['cells taken', ...rows].join('\n')
}
