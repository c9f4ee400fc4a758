// Line charts as plain SVG text: a panel for each figure over one time axis, with grid, labels and
// a legend. Its colours stand out on white and on black; text follows the reader's scheme.

export interface Line {
  readonly name: string
  /** One of the classes of STYLE. */
  readonly kind: 'ours' | 'ours-faint' | 'theirs' | 'theirs-faint'
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Panel {
  readonly title: string
  readonly unit: string
  /** A factor of ten is as far at the bottom as at the top. */
  readonly isLogarithmic?: boolean
  readonly lines: readonly Line[]
}

export interface Chart {
  readonly title: string
  readonly subtitle: string
  /** Seconds; what lies before `fromX` is shaded. */
  readonly fromX: number
  readonly shadedText: string
  readonly panels: readonly Panel[]
}

const WIDTH = 1_000
const LEFT = 76
const RIGHT = 24
const HEAD_HEIGHT = 64
const PANEL_HEIGHT = 250
const PANEL_TOP = 46
const PLOT_HEIGHT = 160
const PLOT_WIDTH = WIDTH - LEFT - RIGHT
const TICKS_X = 8
const TICKS_Y = 5

const STYLE = `
  text { font: 12px system-ui, 'DejaVu Sans', sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .panel { font-size: 14px; font-weight: 600; }
  .faint { fill: #656d76; }
  .grid { stroke: #8b949e; stroke-opacity: 0.3; }
  .shade { fill: #8b949e; fill-opacity: 0.15; }
  path { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
  .ours { stroke: #2da44e; }
  .ours-faint { stroke: #2da44e; stroke-opacity: 0.5; stroke-dasharray: 5 3; }
  .theirs { stroke: #d1573f; }
  .theirs-faint { stroke: #d1573f; stroke-opacity: 0.5; stroke-dasharray: 5 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
  }
`

export function lineChart(chart: Chart): string {
  const height = HEAD_HEIGHT + chart.panels.length * PANEL_HEIGHT
  const panels = chart.panels.map((panel, at) => panelText(chart, panel, at))
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}">\n<style>${STYLE}</style>\n` +
    text(16, 28, chart.title, 'title') +
    text(16, 48, chart.subtitle, 'faint') +
    `${panels.join('')}</svg>\n`
  )
}

function panelText(chart: Chart, panel: Panel, at: number): string {
  const top = HEAD_HEIGHT + at * PANEL_HEIGHT + PANEL_TOP
  const bottom = top + PLOT_HEIGHT
  const points = panel.lines.flatMap((line) => line.points)
  const endX = Math.max(1, ...points.map(([x]) => x))
  const x = (value: number): number => LEFT + (value / endX) * PLOT_WIDTH
  const scale = panel.isLogarithmic === true ? logScale(points) : evenScale(points)
  const y = (value: number): number => bottom - scale.share(value) * PLOT_HEIGHT
  const rows = scale.ticks.map(
    (tick) =>
      rule(LEFT, y(tick), WIDTH - RIGHT, y(tick)) +
      text(LEFT - 8, y(tick) + 4, String(tick), 'faint', 'end'),
  )
  const columns = evenTicks(endX, TICKS_X).map(
    (tick) =>
      rule(x(tick), top, x(tick), bottom) +
      text(x(tick), bottom + 18, `${tick} s`, 'faint', 'middle'),
  )
  const shade =
    `<rect class="shade" x="${LEFT}" y="${top}" height="${PLOT_HEIGHT}" ` +
    `width="${fixed(Math.min(PLOT_WIDTH, x(chart.fromX) - LEFT))}"/>` +
    text(LEFT + 6, top + 15, chart.shadedText, 'faint')
  const paths = panel.lines.map(({ kind, points: own }) => {
    const steps = own.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${fixed(x(px))} ${fixed(y(py))}`)
    return `<path class="${kind}" d="${steps.join('')}"/>\n`
  })
  const title = text(16, top - 22, `${panel.title} (${panel.unit})`, 'panel')
  return title + legend(panel, top - 22) + [shade, ...rows, ...columns, ...paths].join('')
}

function legend({ lines }: Panel, y: number): string {
  let x = WIDTH - RIGHT
  return lines
    .toReversed()
    .map(({ name, kind }) => {
      x -= name.length * 6.6 + 44
      const mark = `<path class="${kind}" d="M${fixed(x)} ${y - 4}h24"/>`
      return mark + text(x + 30, y, name)
    })
    .join('')
}

interface Scale {
  readonly ticks: readonly number[]
  /** 0 at the bottom, 1 at the top. */
  share(value: number): number
}

function evenScale(points: readonly (readonly [number, number])[]): Scale {
  const ticks = evenTicks(Math.max(1, ...points.map(([, y]) => y)) * 1.05, TICKS_Y)
  const top = Math.max(1, ...points.map(([, y]) => y)) * 1.05
  return { ticks, share: (value) => value / top }
}

/** Whole powers of ten around all that is drawn. */
function logScale(points: readonly (readonly [number, number])[]): Scale {
  const values = points.map(([, y]) => y).filter((y) => y > 0)
  const low = Math.floor(Math.log10(Math.min(1e9, ...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...values))))
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  const share = (value: number): number =>
    Math.max(0, (Math.log10(Math.max(value, 1e-9)) - low) / (high - low))
  return { ticks, share }
}

/** Multiples of 1, 2 or 5 times a power of ten, at most about `count` of them. */
function evenTicks(end: number, count: number): number[] {
  const rough = end / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough) ?? 10 * power
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  )
}

function text(x: number, y: number, content: string, kind = '', anchor = 'start'): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const at = `x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"`
  return `<text class="${kind}" ${at}>${safe}</text>\n`
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="grid" d="M${fixed(x1)} ${fixed(y1)}L${fixed(x2)} ${fixed(y2)}"/>\n`
}

const fixed = (value: number): string => value.toFixed(1)
