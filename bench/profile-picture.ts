// Draws a profile: the share of each stage as bars, and under them the flame graph they add up
// from, callers above what they call, as wide as their time. One SVG without scripts, readable on
// light and on dark pages: frames bring their own background, other text follows the page.
import type { Frame } from './profile-frames.ts'
import type { Stage } from './profile-stages.ts'

const WIDTH = 1_200
const ROW = 17
/** Narrower frames are left out: they would be lines without a name. */
const FRAME_WIDTH_MIN = 2.4
const CHARACTER_WIDTH = 6.4
const TEXT_PADDING = 3
const BAR_LEFT = 170
const BAR_WIDTH = 560
const MARGIN = 10
const HEAD_HEIGHT = 60

const COLOURS: Readonly<Record<Stage, string>> = {
  'read, frame': '#8ecae6',
  'decode the market': '#57a9dd',
  book: '#8fd3a8',
  'task step': '#ffd166',
  'gate, sender': '#f6a85f',
  'encode, mask': '#e5c29f',
  write: '#f28b82',
  'journal copy': '#cdb4db',
  'answers, reports': '#a5b4fc',
  'order truth': '#f0abfc',
  'turn, timers, rest': '#c3ccd5',
  'garbage collector': '#a9a9a9',
  'stamps of this bench': '#dcdcdc',
  'kernel reads, libuv': '#b5b5b5',
}

const STYLE = `
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:10.5px;fill:#111}
.page{fill:#24292f}.title{font-size:14px;font-weight:600}
@media (prefers-color-scheme:dark){.page{fill:#e6edf3}}`

export interface Picture {
  readonly title: string
  /** Two lines. */
  readonly subtitles: readonly string[]
  /** Of the flame's root. */
  readonly shares: readonly { readonly stage: Stage; readonly fraction: number }[]
  readonly flame: Frame
}

export function drawPicture({ title, subtitles, shares, flame }: Picture): string {
  const flameTop = HEAD_HEIGHT + shares.length * ROW + 2 * MARGIN
  const parts = [
    text(MARGIN, 20, title, 'page title'),
    ...subtitles.map((line, index) => text(MARGIN, 36 + index * 15, line, 'page')),
    ...drawBars(shares),
  ]
  const depth = drawFlame(flame, flameTop, parts)
  const height = flameTop + depth * ROW + MARGIN
  const box = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${box}><style>${STYLE}</style>`
  return `${head}\n${parts.join('\n')}\n</svg>\n`
}

function drawBars(shares: Picture['shares']): string[] {
  const widest = Math.max(...shares.map(({ fraction }) => fraction))
  return shares.flatMap(({ stage, fraction }, index) => {
    const top = HEAD_HEIGHT + index * ROW
    const width = (fraction / widest) * BAR_WIDTH
    return [
      text(MARGIN, top + 12, stage, 'page'),
      rect(BAR_LEFT, top, width, COLOURS[stage], ''),
      text(BAR_LEFT + width + 6, top + 12, percent(fraction), 'page'),
    ]
  })
}

/** Returns how many rows it took. */
function drawFlame(root: Frame, top: number, parts: string[]): number {
  const scale = (WIDTH - 2 * MARGIN) / root.totalCount
  let rows = 0
  const draw = (frame: Frame, left: number, row: number): void => {
    const width = frame.totalCount * scale
    if (width < FRAME_WIDTH_MIN) return
    rows = Math.max(rows, row + 1)
    const y = top + row * ROW
    const share = percent(frame.totalCount / root.totalCount)
    const full = words(frame.name, frame.place, share, `(${frame.stage})`)
    parts.push(rect(left, y, width, COLOURS[frame.stage], full))
    const label = fitting(frame, share, width - 2 * TEXT_PADDING)
    if (label !== '') parts.push(text(left + TEXT_PADDING, y + 12, label, ''))
    let childLeft = left
    for (const child of widestFirst(frame.children)) {
      draw(child, childLeft, row + 1)
      childLeft += child.totalCount * scale
    }
  }
  draw(root, MARGIN, 0)
  return rows
}

function widestFirst(frames: readonly Frame[]): Frame[] {
  return frames.toSorted((a, b) => b.totalCount - a.totalCount)
}

/** As much of name, file and share as there is room for. */
function fitting({ name, place }: Frame, share: string, width: number): string {
  const room = Math.floor(width / CHARACTER_WIDTH)
  const file = place.slice(place.lastIndexOf('/') + 1)
  const labels = [words(name, place, share), words(name, file, share), words(name, share), name]
  const whole = labels.find((label) => label.length <= room)
  if (whole !== undefined) return whole
  return room >= 4 ? `${name.slice(0, room - 1)}…` : ''
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}

function rect(x: number, y: number, width: number, colour: string, title: string): string {
  const size = `x="${short(x)}" y="${y}" width="${short(Math.max(0, width - 0.5))}" height="16"`
  const shape = `<rect ${size} rx="1.5" fill="${colour}"`
  return title === '' ? `${shape}/>` : `${shape}><title>${escaped(title)}</title></rect>`
}

function text(x: number, y: number, content: string, style: string): string {
  const kind = style === '' ? '' : ` class="${style}"`
  return `<text x="${short(x)}" y="${y}"${kind}>${escaped(content)}</text>`
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
