// A venue that misbehaves as a whole: killed while our orders work and started again on its own
// ledger, frozen, with a clock that is set. Real processes; `npm run test:trouble` plays the long
// form.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { inTrouble, IS_LONG, SEED, STORY_TIMEOUT_MS } from './troubled-world.ts'

const VENUE_KILLS = IS_LONG ? 10 : 2
/** Shorter than an answer may take, longer than an order is good, longer than any silence limit. */
const FREEZES_MS = IS_LONG ? [1_000, 8_000, 40_000] : [4_000]
const CLOCK_STEPS_MS = [5_000, -5_000] as const
/** How long the venue's clock stays wrong. */
const STEP_LASTS_MS = IS_LONG ? 15_000 : 500

describe.concurrent('the venue', () => {
  it(
    `killed ${VENUE_KILLS} times while orders work`,
    async () => {
      await inTrouble(`venue killed ${VENUE_KILLS} times`, async (world) => {
        const prng = new Prng(SEED)
        let withOrders = 0
        for (let kill = 0; kill < VENUE_KILLS; kill++) {
          await sleep(prng.nextInteger(0, 300))
          if ((await world.openOrders()) > 0) withOrders++
          await world.venue.kill()
          await sleep(prng.nextInteger(0, 600))
          await world.startVenue()
          await world.untilTrading()
        }
        return `${withOrders} times with orders open`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it.each(FREEZES_MS)(
    'frozen for %i ms',
    async (frozenMs) => {
      await inTrouble(`venue frozen for ${frozenMs} ms`, async (world) => {
        const made = world.links.ws_api.linksMade
        world.venue.freeze()
        await sleep(frozenMs)
        world.venue.thaw()
        await world.untilTrading()
        return `${world.links.ws_api.linksMade - made} order links made anew`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it(
    'its clock is set by 5 s, forward and back',
    async () => {
      await inTrouble('venue clock set', async (world) => {
        for (const ms of CLOCK_STEPS_MS) {
          await world.venue.command({ name: 'clock_offset', ms })
          await world.untilTrading()
          await sleep(STEP_LASTS_MS)
          await world.untilTrading()
          await world.venue.command({ name: 'clock_offset', ms: 0 })
          await world.untilTrading()
        }
        expect(world.engine.output).toContain('warn: clock_offset')
        return `by ${CLOCK_STEPS_MS.join(' and ')} ms, each for ${STEP_LASTS_MS} ms and back`
      })
    },
    STORY_TIMEOUT_MS,
  )
})
