// A CPU profile as a tree of frames: what V8 tells of each call path, merged by function, with the
// stage that the time of each belongs to.
import type { Profiler } from 'node:inspector'
import { stageOf, type Stage } from './profile-stages.ts'

export interface Frame {
  readonly name: string
  /** `src/book/order-book.ts:12`; '' for what V8 itself does. */
  readonly place: string
  readonly stage: Stage
  /** Samples in the function itself, and with everything it called. */
  ownCount: number
  totalCount: number
  readonly children: Frame[]
}

/** Samples of a thread that waits: no part of any cost. */
const IDLE = '(idle)'
/** What Node calls when bytes came: under it is the read callback, in which all is done. */
const READ_CALLBACK = 'onStreamRead'

const ROOT = new URL('..', import.meta.url).href

/** All samples that were not idle. */
export function frameTree(profile: Profiler.Profile): Frame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const root = frame('all', '', 'turn, timers, rest')
  const add = (parent: Frame, id: number): number => {
    const node = nodes.get(id)
    if (node === undefined || node.callFrame.functionName === IDLE) return 0
    const child = childOf(parent, node.callFrame)
    const ownCount = node.hitCount ?? 0
    let count = ownCount
    for (const childId of node.children ?? []) count += add(child, childId)
    child.ownCount += ownCount
    child.totalCount += count
    return count
  }
  for (const id of profile.nodes[0]?.children ?? []) root.totalCount += add(root, id)
  return root
}

/** Samples of each stage in this frame and all below it. */
export function stageCounts(tree: Frame): Map<Stage, number> {
  const counts = new Map<Stage, number>()
  const visit = ({ stage, ownCount, children }: Frame): void => {
    counts.set(stage, (counts.get(stage) ?? 0) + ownCount)
    children.forEach(visit)
  }
  visit(tree)
  return counts
}

/** The part of the tree that reads cause: from a read callback's entry to its return. */
export function readCallback(tree: Frame): Frame {
  const found = tree.children.find(({ name }) => name === READ_CALLBACK)
  if (found === undefined) throw new Error('the profile holds no read callback')
  return found
}

function childOf(parent: Frame, { functionName, url, lineNumber }: CallFrame): Frame {
  const file = url.startsWith(ROOT) ? url.slice(ROOT.length) : url
  const name = functionName === '' ? '(anonymous)' : functionName
  const place = file === '' ? '' : `${file}:${lineNumber + 1}`
  const known = parent.children.find((child) => child.name === name && child.place === place)
  if (known !== undefined) return known
  const isRead = name === READ_CALLBACK
  const made = frame(name, place, isRead ? 'read, frame' : stageOf({ name, file }, parent.stage))
  parent.children.push(made)
  return made
}

type CallFrame = Profiler.ProfileNode['callFrame']

function frame(name: string, place: string, stage: Stage): Frame {
  return { name, place, stage, ownCount: 0, totalCount: 0, children: [] }
}
