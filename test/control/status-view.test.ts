import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { allocateStatusView, StatusPublisher, StatusReader } from '#control/status-view.ts'
import { Outcome } from '#core/outcome.ts'
import type { TaskReport } from '#task/task.ts'

const report = (id: string): TaskReport => ({ id }) as TaskReport

function pair() {
  const buffer = allocateStatusView(4)
  const reader = new StatusReader(buffer)
  const read = () => JSON.parse(reader.read() ?? 'null') as unknown
  return { publisher: new StatusPublisher(buffer), read }
}

it('shows nothing before the first publishing, then the newest', () => {
  const { publisher, read } = pair()
  expect(read()).toBeNull()
  for (let wallUs = 1; wallUs <= 3; wallUs++) {
    publisher.publish({ mode: 'paper', wallUs, rows: 0 })
    expect(read()).toEqual({ mode: 'paper', wallUs, tasks: [] })
  }
})

it('shows each task as it was last told, and no row that was never told', () => {
  const { publisher, read } = pair()
  publisher.publishTask(0, report('one'))
  publisher.publishTask(2, report('a longer one'))
  publisher.publishTask(2, report('two'))
  publisher.publish({ mode: 'sim', wallUs: 1, rows: 3 })
  expect(read()).toMatchObject({ tasks: [{ id: 'one' }, { id: 'two' }] })
})

it('keeps the previous report when one does not fit', () => {
  const { publisher, read } = pair()
  publisher.publish({ mode: 'sim', wallUs: 1, rows: 1 })
  expect(publisher.publishTask(0, report('short'))).toBe(Outcome.Ok)
  expect(publisher.publishTask(0, report('x'.repeat(2_100)))).toBe(Outcome.TooLarge)
  expect(read()).toMatchObject({ tasks: [{ id: 'short' }] })
})

/** Publishes without pause from another thread, growing and shrinking. */
const WRITER = `
  import { workerData } from 'node:worker_threads'
  const { StatusPublisher } = await import(workerData.module)
  const publisher = new StatusPublisher(workerData.buffer)
  publisher.publish({ mode: 'sim', wallUs: 0, rows: 1 })
  for (let i = 1; ; i++) publisher.publishTask(0, { id: i, all: Array(i % 50).fill(i) })
`

it('is never read torn while another thread writes', async () => {
  const buffer = allocateStatusView(1)
  const module = new URL('../../src/control/status-view.ts', import.meta.url).href
  const code = new URL(`data:text/javascript,${encodeURIComponent(WRITER)}`)
  const worker = new Worker(code, { workerData: { buffer, module } })
  await new Promise((resolve) => worker.once('online', resolve))
  const reader = new StatusReader(buffer)
  const versions = new Set<number>()
  while (versions.size < 500) {
    const shown = JSON.parse(reader.read() ?? '{"tasks":[]}').tasks[0]
    if (shown === undefined) continue
    expect(shown.all).toEqual(Array(shown.id % 50).fill(shown.id))
    versions.add(shown.id)
  }
  await worker.terminate()
})
