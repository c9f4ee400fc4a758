// The link to ourselves over real sockets.
import { expect, it } from 'vitest'
import { RealClock } from '#core/real-clock.ts'
import { NetDialer } from '#wire/net-link.ts'
import { WarmLink } from '#wire/warm-link.ts'

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  }
}

it('beats: what comes back is read like a tick, however many there are', async () => {
  let reads = 0
  const onRead = (): void => {
    reads++
  }
  const warm = new WarmLink(new NetDialer(new RealClock(), onRead))
  warm.beat()
  // The first read is its opening.
  await until(() => reads === 1)
  for (let beat = 0; beat < 2_000; beat++) {
    const before = reads
    warm.beat()
    await until(() => reads > before)
  }
  warm.close()
  await until(() => reads > 2_001)
  const readsAtEnd = reads
  warm.beat()
  warm.close()
  expect(reads).toBe(readsAtEnd)
})
