import { activeMarkup } from './active-markup.ts'
import { hiddenStretches, type Stretch, type Why } from './hidden-characters.ts'
import { hasInjectionMarker } from './injection-markers.ts'

/**
 * What is done about what is found: `strict` neutralises hidden characters and active markup, `on`
 * hidden characters alone, `mark` nothing. Whatever is found is told in each case.
 */
export type Sanitising = 'strict' | 'on' | 'mark'

export interface SanitisedText {
  readonly text: string
  /** What was found, each once, in the order of this list of words. */
  readonly found: readonly Why[]
}

/** Which of the findings are changed. */
const NEUTRALISED: Readonly<Record<Sanitising, ReadonlySet<Why>>> = {
  strict: new Set(['control', 'terminal', 'invisible', 'bidi', 'tags', 'markup']),
  on: new Set(['control', 'terminal', 'invisible', 'bidi', 'tags']),
  mark: new Set(),
}

/** Has it anything but plain characters? Most texts have not, and need no closer look. */
const PLAIN = /^[\t\n\r\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff]*$/

/**
 * Text as it may be handed to a model, a terminal or a renderer. What is neutralised stands there
 * visibly; what only reads like an order to a model is left as it is. Doing it twice changes
 * nothing more.
 */
export function sanitiseText(text: string, sanitising: Sanitising): SanitisedText {
  const hidden = PLAIN.test(text) ? [] : hiddenStretches(text)
  const markup = activeMarkup(text)
  const marked = hasInjectionMarker(seen(text, hidden))
  const stretches = [...hidden, ...markup]
  if (stretches.length === 0 && !marked) return { text, found: [] }
  const changed = NEUTRALISED[sanitising]
  const found = new Set<Why>(stretches.map(({ why }) => why))
  if (marked) found.add('injection')
  const neutralised = stretches.filter(({ why }) => changed.has(why))
  return { text: replaced(text, neutralised), found: [...found].sort() }
}

/** The words of a text, which hidden characters between its letters would keep apart. */
function seen(text: string, hidden: readonly Stretch[]): string {
  if (hidden.length === 0) return text
  return replaced(
    text,
    hidden.map((stretch) => ({ ...stretch, shown: '' })),
  )
}

function replaced(text: string, stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return text
  const parts: string[] = []
  let at = 0
  for (const { start, end, shown } of stretches.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue
    parts.push(text.slice(at, start), shown)
    at = end
  }
  return [...parts, text.slice(at)].join('')
}
