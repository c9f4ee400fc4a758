// The profile picture's three steps on a profile small enough to count by hand.
import { readdirSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { expect, it } from 'vitest'
import { frameTree, readCallback, stageCounts, type Frame } from '../../bench/profile-frames.ts'
import { drawPicture } from '../../bench/profile-picture.ts'
import { STAGE_FILES, stageOf } from '../../bench/profile-stages.ts'

const ROOT = new URL('../..', import.meta.url).href

type Node = Profiler.ProfileNode

function node(id: number, name: string, file: string, hitCount: number, children: number[]): Node {
  const url = file.startsWith('src/') ? `${ROOT}${file}` : file
  const callFrame = { functionName: name, scriptId: '', url, lineNumber: 9, columnNumber: 0 }
  return { id, callFrame, hitCount, children }
}

const PROFILE: Profiler.Profile = {
  startTime: 0,
  endTime: 0,
  nodes: [
    node(1, '(root)', '', 0, [2, 3, 4]),
    node(2, '(idle)', '', 1_000, []),
    node(3, '(program)', '', 5, []),
    node(4, 'onStreamRead', 'node:internal/stream_base_commons', 1, [5, 8]),
    node(5, 'send', 'src/wire/net-link.ts', 2, [6, 7]),
    node(6, 'writeBuffer', '', 30, []),
    node(7, '(garbage collector)', '', 3, []),
    // Optimised code is told as another node of the same function.
    node(8, 'send', 'src/wire/net-link.ts', 4, []),
  ],
}

function leaf(name: string, totalCount: number): Frame {
  return { name, place: '', stage: 'book', ownCount: totalCount, totalCount, children: [] }
}

it('merges call paths by function, and leaves the time out in which nothing was done', () => {
  const tree = frameTree(PROFILE)
  expect(tree.totalCount).toBe(45)
  const read = readCallback(tree)
  expect(read).toMatchObject({ totalCount: 40, ownCount: 1 })
  expect(read.children).toHaveLength(1)
  expect(read.children[0]).toMatchObject({
    name: 'send',
    place: 'src/wire/net-link.ts:10',
    ownCount: 6,
    totalCount: 39,
  })
})

it('counts what serves many stages to whoever called it, and the collector to itself', () => {
  expect(Object.fromEntries(stageCounts(frameTree(PROFILE)))).toEqual({
    'turn, timers, rest': 0,
    'kernel reads, libuv': 5,
    'read, frame': 1,
    write: 36,
    'garbage collector': 3,
  })
})

it('tells the part a file has in two stages by the function', () => {
  const file = 'src/venue/binance-spot/order-gateway.ts'
  expect(stageOf({ name: 'place', file }, 'write')).toBe('encode, mask')
  expect(stageOf({ name: 'onMessage', file }, 'write')).toBe('answers, reports')
  expect(stageOf({ name: 'at', file: 'src/core/units.ts' }, 'book')).toBe('book')
})

it('names no file that is not there: a renamed one would move its time to another stage', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((f) => `src/${f}`)
  for (const pattern of STAGE_FILES) {
    if (pattern.source.startsWith('^bench')) continue
    expect(
      files.filter((file) => pattern.test(file)),
      pattern.source,
    ).not.toEqual([])
  }
})

it('draws wide frames with their names, leaves narrow ones out, and escapes', () => {
  const flame = { ...leaf('<root>', 10_000), children: [leaf('wide', 9_000), leaf('narrow', 1)] }
  const svg = drawPicture({
    title: 'a & b',
    subtitles: ['first', 'second'],
    shares: [{ stage: 'book', fraction: 1 }],
    flame,
  })
  expect(svg).toContain('a &amp; b')
  expect(svg).toContain('&lt;root&gt;')
  expect(svg).toContain('wide 90.0%')
  expect(svg).not.toContain('narrow')
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/)
})
