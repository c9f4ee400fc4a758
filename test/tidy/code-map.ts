// The README's code map against the directories of src/: both must name the same rooms.
import { readdirSync, readFileSync } from 'node:fs'

/** Differences between the map and the tree, empty when the map is true. */
export function codeMapDifferences(): string[] {
  const mapped = mappedDirectories(readFileSync('README.md', 'utf8'))
  const real = readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`src/${entry.name}`).length > 0)
    .map((entry) => entry.name)
  return [
    ...real
      .filter((name) => !mapped.includes(name))
      .map((name) => `src/${name}/ is not on the map`),
    ...mapped
      .filter((name) => !real.includes(name))
      .map((name) => `src/${name}/ is only on the map`),
  ]
}

/** Names of `src/NAME/` lines in the code block of the section "Code map". */
export function mappedDirectories(readme: string): string[] {
  const section = /^## Code map$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme)?.[1] ?? ''
  const block = /```[a-z]*\n([\s\S]*?)```/.exec(section)?.[1] ?? ''
  return [...block.matchAll(/^\s*src\/([a-z-]+)\/(?=\s|$)/gm)].map((match) => match[1] ?? '')
}
