// A small seeded generator (xoshiro128**, seeded by splitmix32): the only randomness below loop/.
// Mask keys, jitter and the simulator's market all come from here, so that a seed replays a run.

export class Prng {
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    let x = seed >>> 0
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0
      let z = x
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      this.#state[i] = (z ^ (z >>> 16)) >>> 0
    }
  }

  /** Uniform in [0, 2^32). */
  nextUint32(): number {
    const state = this.#state
    const s0 = state[0]!
    const s1 = state[1]!
    const mixed2 = state[2]! ^ s0
    const mixed3 = state[3]! ^ s1
    const product = Math.imul(s1, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    state[0] = s0 ^ mixed3
    state[1] = s1 ^ mixed2
    state[2] = mixed2 ^ (s1 << 9)
    state[3] = (mixed3 << 11) | (mixed3 >>> 21)
    return result
  }

  /** Uniform in [0, 1), 32 bits of it. */
  nextFraction(): number {
    return this.nextUint32() / 0x1_0000_0000
  }

  /** Uniform integer in [low, high], both inclusive. */
  nextInteger(low: number, high: number): number {
    return low + Math.floor(this.nextFraction() * (high - low + 1))
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.nextFraction() < probability
  }

  /** An independent generator, so that one consumer's draws never shift another's. */
  fork(): Prng {
    return new Prng(this.nextUint32())
  }
}
