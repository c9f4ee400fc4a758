// The soak as a picture: heap, reaction times and collections of both sides over time.
import { lineChart, type Chart, type Line } from './line-chart.ts'
import { NAMES, SOAK_SIDES, type SoakSide } from './soak-messages.ts'
import type { SoakSpan, SoakStory, Stories } from './soak-story.ts'

const MB = 2 ** 20
const KINDS: Readonly<Record<SoakSide, Line['kind']>> = { floe: 'ours', peer: 'theirs' }
const FAINT_KINDS: Readonly<Record<SoakSide, Line['kind']>> = {
  floe: 'ours-faint',
  peer: 'theirs-faint',
}

type PointsOf = (story: SoakStory) => Line['points']

export function soakPicture(
  stories: Stories,
  frame: Pick<Chart, 'title' | 'subtitle' | 'fromX'>,
): string {
  const lines = (suffix: string, kinds: typeof KINDS, pointsOf: PointsOf): Line[] =>
    SOAK_SIDES.map((side) => ({
      name: `${NAMES[side]}${suffix}`,
      kind: kinds[side],
      points: pointsOf(stories[side]),
    }))
  return lineChart({
    ...frame,
    shadedText: 'warm-up',
    panels: [
      {
        title: 'Heap in use, each second',
        unit: 'MB',
        lines: lines('', KINDS, ({ samples }) =>
          samples.map(({ atS, heapBytes }) => [atS, heapBytes / MB] as const),
        ),
      },
      {
        title: 'From the read to the order written',
        unit: 'µs',
        isLogarithmic: true,
        lines: [
          ...lines(
            ' p50',
            KINDS,
            ofSpans(({ p50Us }) => p50Us),
          ),
          ...lines(
            ' p99',
            FAINT_KINDS,
            ofSpans(({ p99Us }) => p99Us),
          ),
        ],
      },
      {
        title: 'Scavenges so far',
        unit: 'count',
        lines: lines('', KINDS, ({ samples }) =>
          samples.map(({ atS, scavenges }) => [atS, scavenges] as const),
        ),
      },
    ],
  })
}

const ofSpans =
  (value: (span: SoakSpan) => number): PointsOf =>
  ({ spans }) =>
    spans.filter((span) => value(span) > 0).map((span) => [span.endS, value(span)] as const)
