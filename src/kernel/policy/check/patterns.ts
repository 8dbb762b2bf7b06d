import type { Diagnostics } from '../language/diagnostics.ts'
import type { Pattern } from '../language/pattern.ts'
import { patternOf } from '../language/pattern.ts'
import type { Glob } from '../language/syntax.ts'

/** Does it name a class, or an operation that has to be declared? A dot or quotes say no. */
export function isBare({ text, quoted }: Glob): boolean {
  return !quoted && !text.includes('.') && !text.includes('*')
}

/** A member of a class of operations: a name, or the beginning of names. */
export function operationPattern(glob: Glob, diagnostics: Diagnostics): Pattern | undefined {
  if (!isBare(glob)) return starPattern(glob, 'an operation', diagnostics)
  const hint = `operations read \`server.tool\`; one without a dot stands in quotes: "${glob.text}"`
  diagnostics.error({ at: glob, message: `\`${glob.text}\` is no operation`, hint })
  return undefined
}

/** A member of a class of resources. */
export function resourcePattern(glob: Glob, diagnostics: Diagnostics): Pattern | undefined {
  if (!isBare(glob)) return starPattern(glob, 'a resource', diagnostics)
  const hint = `a resource without a dot stands in quotes: "${glob.text}"`
  diagnostics.error({ at: glob, message: `\`${glob.text}\` is no resource`, hint })
  return undefined
}

export function starPattern(
  glob: Glob,
  what: string,
  diagnostics: Diagnostics,
): Pattern | undefined {
  const pattern = patternOf(glob.text)
  if (glob.text === '')
    diagnostics.error({ at: glob, message: `${what} has a name`, hint: 'for any write `*`' })
  else if (pattern !== undefined) return pattern
  else
    diagnostics.error({
      at: glob,
      message: 'a star stands last in a name',
      hint: 'write `slack.*` or `*`',
    })
  return undefined
}
