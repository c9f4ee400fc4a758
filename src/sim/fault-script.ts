// Trouble for a fault proxy's links, drawn from a seed: the same seed makes the same trouble in the
// same order. Pure; who plays it owns the clock.
import type { Prng } from '#core/prng.ts'
import type { ProxyCommand, ProxyDirection } from './fault-proxy.ts'

/** One act: the command, how long it lasts, and how long the weather is fair after it. */
export interface FaultAct {
  readonly command: ProxyCommand
  readonly lastsMs: number
  readonly calmMs: number
}

/** Anywhere within the next few messages, most often in the midst of one. */
const CUT_WITHIN_BYTES = 2_000
const LASTS_MS = { least: 50, most: 2_500 }
const CALM_MS = { least: 100, most: 1_500 }

const DIRECTIONS: readonly (readonly ProxyDirection[])[] = [
  ['to_venue'],
  ['to_engine'],
  ['to_venue', 'to_engine'],
]

export function drawCut(prng: Prng): ProxyCommand & { readonly name: 'cut' } {
  const how = prng.chance(0.5) ? 'fin' : 'rst'
  const withinBytes = prng.nextInteger(1, CUT_WITHIN_BYTES)
  return prng.chance(0.25) ? { name: 'cut', how } : { name: 'cut', how, withinBytes }
}

export function drawAct(prng: Prng): FaultAct {
  return {
    command: DRAWS[prng.nextInteger(0, DRAWS.length - 1)]!(prng),
    lastsMs: prng.nextInteger(LASTS_MS.least, LASTS_MS.most),
    calmMs: prng.nextInteger(CALM_MS.least, CALM_MS.most),
  }
}

const DRAWS: readonly ((prng: Prng) => ProxyCommand)[] = [
  drawCut,
  (prng) => ({
    name: 'half_open',
    directions: DIRECTIONS[prng.nextInteger(0, DIRECTIONS.length - 1)]!,
  }),
  (prng) => ({
    name: 'slow',
    bytesPerSecond: prng.nextInteger(2_000, 40_000),
    latencyMs: prng.nextInteger(0, 300),
  }),
  (prng) => ({ name: 'split', pieceBytesMax: prng.nextInteger(1, 40) }),
  () => ({ name: 'refuse' }),
]
