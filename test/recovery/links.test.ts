// Links that misbehave, between a real engine and a real venue: half-open for longer than any
// silence limit, cut in the midst of a frame, slow and in single bytes, and whatever a seed draws.
// Whatever is held back arrives late, orders among it. `npm run test:trouble` plays the long form.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import type { ProxyDirection } from '#sim/fault-proxy.ts'
import { drawAct, drawCut } from '#sim/fault-script.ts'
import {
  inTrouble,
  IS_LONG,
  SEED,
  STORY_TIMEOUT_MS,
  type LinkName,
  type TroubledWorld,
} from './troubled-world.ts'

/** A session is pinged after 5 s of silence and given up 10 s later. */
const HALF_OPEN_MS = IS_LONG ? 22_000 : 3_000
const CUTS = IS_LONG ? 30 : 4
const TRADING_CHANCE = IS_LONG ? 0.1 : 0.5
const SLOW_MS = IS_LONG ? 30_000 : 1_000
const DRAWN_MS = 90_000

const BOTH_WAYS: readonly ProxyDirection[] = ['to_venue', 'to_engine']
const WAYS: readonly (readonly ProxyDirection[])[] = IS_LONG
  ? [['to_venue'], ['to_engine'], BOTH_WAYS]
  : [BOTH_WAYS]
/** The links that stand all the while. */
const STREAMS: readonly LinkName[] = ['ws', 'ws_api']

describe.concurrent('links', () => {
  it.each(WAYS.map((directions) => ({ ways: directions.join(' and '), directions })))(
    'half-open $ways',
    async ({ ways, directions }) => {
      await inTrouble(`half-open ${ways}`, async (world) => {
        const made = linksMade(world)
        world.weather({ name: 'half_open', directions })
        await sleep(HALF_OPEN_MS)
        world.weather({ name: 'pass' })
        await world.untilTrading()
        const anew = linksMade(world) - made
        // Both accounts at least; a market stream that only cannot be asked goes on.
        if (IS_LONG) expect(anew).toBeGreaterThanOrEqual(2)
        return `${HALF_OPEN_MS} ms on every link, ${anew} links made anew`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it(
    `cut at random ${CUTS} times`,
    async () => {
      await inTrouble(`cut ${CUTS} times`, async (world) => {
        const prng = new Prng(SEED)
        const before = linksCut(world)
        while (linksCut(world) - before < CUTS) {
          const standing = STREAMS.filter((link) => world.links[link].linkCount > 0)
          const link = standing[prng.nextInteger(0, standing.length - 1)]
          // None while all are being dialled anew: each loss doubles the pause before.
          if (link !== undefined) world.links[link].command(drawCut(prng))
          await sleep(prng.nextInteger(0, 400))
          // Most cuts befall what is just being made; some shall befall orders.
          if (prng.chance(TRADING_CHANCE)) await world.untilTrading()
          expect(world.engine.hasExited).toBe(false)
        }
        await world.untilTrading()
        return `${linksCut(world) - before} links cut, ${linksMade(world)} made in all`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it(
    'slow and in single bytes',
    async () => {
      await inTrouble('slow and in single bytes', async (world) => {
        world.weather({ name: 'slow', bytesPerSecond: 60_000, latencyMs: 20 })
        world.weather({ name: 'split', pieceBytesMax: 1 })
        const untilMs = Date.now() + SLOW_MS
        let rounds = 0
        do {
          await world.untilTrading()
          rounds++
        } while (Date.now() < untilMs)
        // Connections are made that way as well.
        for (const link of STREAMS) world.links[link].command({ name: 'cut', how: 'rst' })
        await world.untilTrading()
        return `traded ${rounds} times, cut and connected anew, byte by byte`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it.runIf(IS_LONG)(
    'whatever the seed draws',
    async () => {
      await inTrouble(`drawn from seed ${SEED}`, async (world) => {
        const played = new Map<string, number>()
        const untilMs = Date.now() + DRAWN_MS
        const play = async (link: LinkName, prng: Prng): Promise<void> => {
          while (Date.now() < untilMs && !world.engine.hasExited) {
            const { command, lastsMs, calmMs } = drawAct(prng)
            played.set(command.name, (played.get(command.name) ?? 0) + 1)
            world.links[link].command(command)
            await sleep(lastsMs)
            world.links[link].command({ name: 'pass' })
            await sleep(calmMs)
          }
        }
        const prng = new Prng(SEED)
        await Promise.all([
          play('rest', prng.fork()),
          play('ws', prng.fork()),
          play('ws_api', prng.fork()),
        ])
        await world.untilTrading()
        return JSON.stringify(Object.fromEntries(played))
      })
    },
    STORY_TIMEOUT_MS,
  )
})

const sumOf = (world: TroubledWorld, figure: 'linksMade' | 'linksCut'): number =>
  Object.values(world.links).reduce((sum, proxy) => sum + proxy[figure], 0)
const linksMade = (world: TroubledWorld): number => sumOf(world, 'linksMade')
const linksCut = (world: TroubledWorld): number => sumOf(world, 'linksCut')
