// Guesses which known name a mistyped one meant, so that an error can offer the fix.

/** The known name within two edits (one for short names), or null when none is near. */
export function nearestName(typed: string, known: readonly string[]): string | null {
  let nearest: string | null = null
  let nearestEdits = typed.length <= 4 ? 2 : 3
  for (const name of known) {
    const edits = editDistance(typed.toLowerCase(), name.toLowerCase())
    if (edits < nearestEdits) {
      nearest = name
      nearestEdits = edits
    }
  }
  return nearest
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, substitution)
    }
    row = next
  }
  return row[b.length]!
}
