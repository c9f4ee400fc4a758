// Assertions are for our own bugs: they throw, and stay on in production.
// What a venue or a user sends is never asserted, it is refused.
// Messages are literals: a template literal costs ten times the check even when it passes.

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Marks a switch as exhaustive: the compiler refuses a reachable call. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${String(value)}`)
}
