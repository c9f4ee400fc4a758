import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { allocateStatusView, StatusPublisher, StatusReader } from '#control/status-view.ts'
import { Outcome } from '#core/outcome.ts'

it('shows nothing before the first snapshot, then the newest', () => {
  const buffer = allocateStatusView()
  const reader = new StatusReader(buffer)
  const publisher = new StatusPublisher(buffer)
  expect(reader.read()).toBeNull()
  for (let wallUs = 1; wallUs <= 3; wallUs++) {
    publisher.publish({ mode: 'sim', wallUs, tasks: [] })
    expect(JSON.parse(reader.read() ?? '')).toEqual({ mode: 'sim', wallUs, tasks: [] })
  }
})

it('keeps the previous snapshot when one does not fit', () => {
  const buffer = allocateStatusView(40)
  const publisher = new StatusPublisher(buffer)
  expect(publisher.publish({ mode: 'sim', wallUs: 1, tasks: [] })).toBe(Outcome.Ok)
  expect(publisher.publish({ mode: 'sim', wallUs: 1e15, tasks: [] })).toBe(Outcome.TooLarge)
  expect(new StatusReader(buffer).read()).toContain('"wallUs":1,')
})

/** Publishes without pause from another thread, growing and shrinking. */
const WRITER = `
  import { workerData } from 'node:worker_threads'
  const { StatusPublisher } = await import(workerData.module)
  const publisher = new StatusPublisher(workerData.buffer)
  for (let i = 1; ; i++) {
    publisher.publish({ mode: 'sim', wallUs: i, tasks: Array(i % 50).fill(i) })
  }
`

it('is never read torn while another thread writes', async () => {
  const buffer = allocateStatusView(4_096)
  const module = new URL('../../src/control/status-view.ts', import.meta.url).href
  const code = new URL(`data:text/javascript,${encodeURIComponent(WRITER)}`)
  const worker = new Worker(code, { workerData: { buffer, module } })
  await new Promise((resolve) => worker.once('online', resolve))
  const reader = new StatusReader(buffer)
  const versions = new Set<number>()
  while (versions.size < 500) {
    const text = reader.read()
    if (text === null) continue
    const { wallUs, tasks } = JSON.parse(text)
    expect(tasks).toEqual(Array(wallUs % 50).fill(wallUs))
    versions.add(wallUs)
  }
  await worker.terminate()
})
