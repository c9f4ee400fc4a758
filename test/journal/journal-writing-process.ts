// A process that journals as fast as it can and says which sequences it knows to be synced.
// Argument: a state directory. Ends only by a signal, or when told `end` on its input.
import { writeSync } from 'node:fs'
import { RealClock } from '#core/real-clock.ts'
import { openJournal } from '#journal/journal-host.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'

const clock = new RealClock()
const host = await openJournal(process.argv[2]!, {
  instance: 7,
  clock,
  spawnJournalWorker: (data) => spawnWorker('journal', data),
})
const journal = host.start({ configHash: 'c0ffee', mode: 'sim' })
writeSync(1, `incarnation ${host.incarnation}\n`)

let acknowledged = 0
const timer = setInterval(() => {
  for (let i = 0; i < 50; i++) journal.taskNote(i, `{"n":${i}}`, clock.nowNs())
  if (journal.syncedSequence === acknowledged) return
  acknowledged = journal.syncedSequence
  writeSync(1, `synced ${acknowledged}\n`)
}, 1)

process.stdin.once('data', () => void end())

async function end(): Promise<void> {
  clearInterval(timer)
  const isSaved = await host.close(true, clock.nowNs())
  writeSync(1, `closed ${isSaved} ${journal.sequence}\n`)
  process.stdin.destroy()
}
