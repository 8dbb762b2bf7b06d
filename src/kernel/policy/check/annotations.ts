import { nearest } from '../../text/nearest.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Annotation } from '../language/syntax.ts'

/** What may be said of a policy and of a rule, each with a text in quotes. */
export const ANNOTATIONS: Readonly<Record<'policy' | 'rule', readonly string[]>> = {
  policy: ['description', 'mode', 'reason'],
  rule: ['description', 'reason'],
}

interface Annotated {
  readonly says?: string
  readonly observed: boolean
}

const BARE: Annotated = { observed: false }

/** An annotation that is not known is refused: it could have been meant to restrict. */
export function readAnnotations(
  annotations: readonly Annotation[],
  on: 'policy' | 'rule',
  diagnostics: Diagnostics,
): Annotated {
  if (annotations.length === 0) return BARE
  const texts = new Map<string, string>()
  for (const annotation of annotations) {
    const { name, text } = annotation
    if (!ANNOTATIONS[on].includes(name.text)) unknown(annotation, on, diagnostics)
    else if (texts.has(name.text))
      diagnostics.error({
        ...{ at: annotation, message: `a second \`@${name.text}\`` },
        hint: 'say it once',
      })
    else if (text === undefined)
      diagnostics.error({
        ...{ at: annotation, message: `\`@${name.text}\` takes a text in quotes` },
        hint: `write \`@${name.text}("…")\``,
      })
    else if (name.text === 'mode' && text !== 'observe' && text !== 'enforce')
      diagnostics.error({
        ...{ at: annotation, message: 'a mode is "enforce" or "observe"' },
        hint: 'write `@mode("observe")`, or leave it out to enforce',
      })
    texts.set(name.text, text ?? '')
  }
  const says = texts.get('reason')
  const observed = texts.get('mode') === 'observe'
  return says === undefined ? { observed } : { says, observed }
}

function unknown({ name }: Annotation, on: 'policy' | 'rule', diagnostics: Diagnostics): void {
  const near = nearest(name.text, ANNOTATIONS[on])
  const known = `a ${on} has ${ANNOTATIONS[on].map((it) => `@${it}`).join(', ')}`
  const hint = near === undefined ? known : `did you mean \`@${near}\`?`
  diagnostics.error({ at: name, message: `unknown annotation \`@${name.text}\``, hint })
}
