// The table as a picture: a bar for each line on a logarithmic axis of its ratio, from 1× (as fast
// as the other side) to what was measured; a tick where the goal lies, a whisker over what the runs
// of the baseline have seen. Peers and references are drawn apart: the further right the better
// against a peer, the further left the better against a reference.
//
// Plain SVG text. Its colours stand out on white and on black; text follows the reader's scheme.
import type { GateLine, GateResult } from './gate-report.ts'
import { ratioText, verdictText } from './gate-report.ts'
import { ratioOf, type Relation } from './measurement.ts'
import { best, worst } from './verdict.ts'

const WIDTH = 1_230
const LABEL_X = 16
const BAR_X = 400
const BAR_WIDTH = 470
const VALUE_X = BAR_X + BAR_WIDTH + 14
const VERDICT_X = VALUE_X + 72
const LINE_HEIGHT = 34
const BAR_HEIGHT = 12
const TITLE_HEIGHT = 66
const SECTION_HEIGHT = 52
const FOOT_HEIGHT = 34
/** So many characters of a label fit left of the bars. */
const LABEL_CHARS = 58
const SUBLABEL_CHARS = 66

const STYLE = `
  text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: #1f2328; }
  .small { font-size: 11px; }
  .title { font-size: 17px; font-weight: 600; }
  .section { font-size: 14px; font-weight: 600; }
  .faint { fill: #656d76; }
  .grid { stroke: #8b949e; stroke-opacity: 0.3; }
  .one { stroke: #8b949e; }
  .pass { fill: #2da44e; }
  .fail { fill: #bc7a00; }
  .lost { fill: #d1373f; }
  .info { fill: #5b8fd6; }
  .noise { fill: #8b949e; }
  .goal { stroke: #1f2328; stroke-width: 2.5; }
  .held { stroke: #1f2328; stroke-width: 1.2; fill: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .goal, .held { stroke: #e6edf3; }
  }
`

const SECTIONS: readonly { readonly relation: Relation; readonly title: string }[] = [
  { relation: 'peer', title: 'Against peers: how many times faster (right is better)' },
  { relation: 'reference', title: 'Against references: how many times slower (left is better)' },
]

/** Colour class → what it means, in the order of the legend. */
const LEGEND: readonly (readonly [string, string])[] = [
  ['pass', 'goal reached'],
  ['fail', 'goal not reached'],
  ['lost', 'worse than what was held'],
  ['info', 'no goal'],
  ['noise', 'not measurable here'],
]

export function gatePicture(result: GateResult): string {
  const parts: string[] = []
  let y = TITLE_HEIGHT
  for (const { relation, title } of SECTIONS) {
    const lines = result.lines.filter(({ measurement }) => measurement.relation === relation)
    if (lines.length === 0) continue
    parts.push(section(title, lines, y))
    y += SECTION_HEIGHT + lines.length * LINE_HEIGHT
  }
  const height = y + FOOT_HEIGHT
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}">\n<style>${STYLE}</style>\n${head(result)}` +
    `${parts.join('')}${legend(y + 14)}</svg>\n`
  )
}

function head({ machine, rounds }: GateResult): string {
  const runs = `median of ${rounds} interleaved rounds`
  return (
    text(LABEL_X, 28, 'Ratios of one run', 'title') +
    text(LABEL_X, 48, `${machine}; ${runs}`, 'small faint')
  )
}

function section(title: string, lines: readonly GateLine[], top: number): string {
  const axis = new LogAxis(lines.flatMap(valuesOf))
  const firstY = top + SECTION_HEIGHT
  const lastY = firstY + lines.length * LINE_HEIGHT - 8
  const grid = axis.ticks().map((value) => {
    const x = axis.x(value)
    const kind = value === 1 ? 'one' : 'grid'
    return rule(x, firstY - 8, x, lastY, kind) + axisText(x, firstY - 14, `${value}×`)
  })
  const bars = lines.map((line, index) => bar(line, axis, firstY + index * LINE_HEIGHT))
  return text(LABEL_X, top + 20, title, 'section') + grid.join('') + bars.join('')
}

function bar(line: GateLine, axis: LogAxis, top: number): string {
  const { measurement, held } = line
  const { row, name, against, goal, relation } = measurement
  const middleY = top + 6 + BAR_HEIGHT / 2
  const from = axis.x(1)
  const to = axis.x(ratioOf(measurement))
  const left = Math.min(from, to)
  const width = Math.max(1, Math.abs(to - from))
  const goalX = goal === null ? null : axis.x(goal)
  const full = escaped(`${name}, against ${against}: ${verdictText(line)}`)
  const rowText = row === '' ? '' : `row ${row}, `
  return (
    `<g><title>${full}</title>` +
    text(LABEL_X, top + 11, cut(name, LABEL_CHARS)) +
    text(LABEL_X, top + 24, cut(`${rowText}against ${against}`, SUBLABEL_CHARS), 'small faint') +
    `<rect class="${colour(line)}" x="${fixed(left)}" y="${top + 6}" rx="2" ` +
    `width="${fixed(width)}" height="${BAR_HEIGHT}"/>` +
    (held === null
      ? ''
      : whisker(axis, worst(relation, held.runs), best(relation, held.runs), middleY)) +
    (goalX === null ? '' : rule(goalX, top + 1, goalX, top + 11 + BAR_HEIGHT, 'goal')) +
    text(VALUE_X, top + 16, `${ratioText(ratioOf(measurement))}×`) +
    text(VERDICT_X, top + 16, verdictText(line), 'small') +
    `</g>\n`
  )
}

function whisker(axis: LogAxis, one: number, other: number, y: number): string {
  const from = fixed(axis.x(Math.min(one, other)))
  const to = fixed(axis.x(Math.max(one, other)))
  const cap = (x: string): string => `M${x} ${y - 4}V${y + 4}`
  return `<path class="held" d="M${from} ${y}H${to}${cap(from)}${cap(to)}"/>`
}

function legend(y: number): string {
  let x = LABEL_X
  const entry = (mark: string, label: string): string => {
    const entryText = mark + text(x + 20, y + 5, label, 'small')
    x += 20 + label.length * 6.3 + 24
    return entryText
  }
  const colours = LEGEND.map(([kind, label]) =>
    entry(
      `<rect class="${kind}" x="${fixed(x)}" y="${y - 5}" rx="2" width="14" height="11"/>`,
      label,
    ),
  )
  const goal = entry(rule(x + 7, y - 7, x + 7, y + 8, 'goal'), 'goal')
  const held = `M${fixed(x)} ${y}h14M${fixed(x)} ${y - 4}v8M${fixed(x + 14)} ${y - 4}v8`
  return colours.join('') + goal + entry(`<path class="held" d="${held}"/>`, 'earlier runs') + '\n'
}

function colour({ verdict, isRegressed, isGoalLost }: GateLine): string {
  if (isRegressed || isGoalLost) return 'lost'
  if (verdict === 'PASS') return 'pass'
  if (verdict === 'FAIL') return 'fail'
  return verdict === 'info' ? 'info' : 'noise'
}

/** Everything that a line draws, and 1× where its bar begins. */
function valuesOf({ measurement, held }: GateLine): number[] {
  const goal = measurement.goal === null ? [] : [measurement.goal]
  return [1, ratioOf(measurement), ...goal, ...(held?.runs ?? [])]
}

const STEPS = [
  { decadesMax: 1, steps: [1, 1.5, 2, 3, 4, 5, 7] },
  { decadesMax: 3, steps: [1, 2, 5] },
] as const

class LogAxis {
  readonly #low: number
  readonly #high: number

  constructor(values: readonly number[]) {
    const drawable = values.filter((value) => value > 0 && Number.isFinite(value))
    this.#low = Math.log10(Math.min(...drawable, 0.9))
    this.#high = Math.log10(Math.max(...drawable, 2) * 1.1)
  }

  x(value: number): number {
    const share = (Math.log10(value) - this.#low) / (this.#high - this.#low)
    // A ratio of nothing or of everything ends at the edge.
    return BAR_X + BAR_WIDTH * Math.min(1, Math.max(0, share))
  }

  /** Round values, fewer of each decade the more decades there are: they must not touch. */
  ticks(): number[] {
    const decades = this.#high - this.#low
    const steps = STEPS.find(({ decadesMax }) => decades <= decadesMax)?.steps ?? [1]
    const ticks: number[] = []
    for (let power = Math.floor(this.#low); power <= this.#high; power++) {
      for (const step of steps) {
        // 2 × 10^-1 as a literal: its product would show the error of 0.1.
        const value = Number(`${step}e${power}`)
        const at = Math.log10(value)
        if (at >= this.#low && at <= this.#high) ticks.push(value)
      }
    }
    return ticks
  }
}

function text(x: number, y: number, content: string, kind = ''): string {
  const classes = kind === '' ? '' : ` class="${kind}"`
  return `<text x="${fixed(x)}" y="${y}"${classes}>${escaped(content)}</text>`
}

const axisText = (x: number, y: number, content: string): string =>
  `<text x="${fixed(x)}" y="${y}" text-anchor="middle" class="small faint">${content}</text>`

const rule = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<path class="${kind}" d="M${fixed(x1)} ${fixed(y1)}L${fixed(x2)} ${fixed(y2)}"/>`

const fixed = (value: number): string => String(Number(value.toFixed(1)))

function cut(label: string, charsMax: number): string {
  const chars = Array.from(label)
  return chars.length <= charsMax ? label : `${chars.slice(0, charsMax - 1).join('')}…`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
