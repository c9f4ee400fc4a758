// Who is measured when: each slice has another order, so that nobody always comes first, or always
// behind the same one.

/** The sides for a slice: begun one further each time, and backwards every other time around. */
export function inTurn<Side>(sides: readonly Side[], slice: number): readonly Side[] {
  const first = slice % sides.length
  const turned = [...sides.slice(first), ...sides.slice(0, first)]
  const isForwards = Math.floor(slice / sides.length) % 2 === 0
  return isForwards ? turned : turned.toReversed()
}
