import type { Token } from '../language/lexer.ts'
import type { ParsedFile } from '../language/parser.ts'
import { positionOf, type Span } from '../language/source.ts'
import { ATTACHABLE, type PolicyNode } from '../language/syntax.ts'

/** One part of a version: a declaration, the head of a policy, or one of its rules. */
export interface Part {
  readonly what: 'declaration' | 'policy' | 'rule'
  /** What it belongs to, wherever that stands: `policy sales`, `order classification`. */
  readonly owner: string
  /** One spelling for one meaning: space, comments, and the spelling of words that mean one. */
  readonly normal: string
  /** As written, on one line. */
  readonly text: string
  readonly file: string
  readonly line: number
}

/** What versions are compared by. The order of parts and the files they stand in do not matter. */
export function outlineOf(files: readonly ParsedFile[]): readonly Part[] {
  return files.flatMap((file) => [...declarationsOf(file), ...policiesOf(file)])
}

function declarationsOf(file: ParsedFile): readonly Part[] {
  return file.tree.declarations.map((node) => {
    const name = node.kind === 'type' ? node.root.text : node.name.text
    const kind = node.kind === 'class' && node.of === 'resources' ? 'resource class' : node.kind
    return partOf(file, node, { what: 'declaration', owner: `${kind} ${name}` })
  })
}

function policiesOf(file: ParsedFile): readonly Part[] {
  return file.tree.policies.flatMap((policy) => {
    const owner = `policy ${policy.name.text}`
    const head = partOf(file, headOf(policy), { what: 'policy', owner })
    const placed = { ...head, normal: `${head.normal} ${placement(file.source.file)}` }
    return [placed, ...policy.rules.map((rule) => partOf(file, rule, { what: 'rule', owner }))]
  })
}

/** What stands before the rules: name, annotations, what it is attached to, and the brace. */
function headOf({ start, end, rules }: PolicyNode): Span {
  return { start, end: rules[0]?.start ?? end - 1 }
}

/** The folders that attach a file's policies; in any other it may move about. */
function placement(file: string): string {
  const folders = file.split('/').slice(1, -1)
  return ATTACHABLE.some((kind) => folders.includes(kind)) ? folders.join('/') : ''
}

function partOf(
  { source, tokens }: ParsedFile,
  span: Span,
  named: Pick<Part, 'what' | 'owner'>,
): Part {
  const { line } = positionOf(source, span.start)
  const within = tokensIn(tokens, span)
  const normal = within.flatMap((token, at) => normalWord(token, within[at + 1])).join(' ')
  return { ...named, normal, text: asWritten(within), file: source.file, line }
}

/** The tokens within a span, found by bisection: a set can have very many. */
function tokensIn(tokens: readonly Token[], { start, end }: Span): readonly Token[] {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.start ?? end) < start) low = middle + 1
    else high = middle
  }
  let last = low
  while ((tokens[last]?.end ?? Number.POSITIVE_INFINITY) <= end) last++
  return tokens.slice(low, last)
}

/** On one line, with one space where there was any, or a comment. */
function asWritten(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, start }, at) => (at > 0 && tokens[at - 1]?.end !== start ? ` ${text}` : text))
    .join('')
}

/** `when` is `if`; a comma before a bracket that closes says nothing, and neither do braces. */
function normalWord(token: Token, next: Token | undefined): readonly string[] {
  if (token.kind === 'end') return []
  if (token.kind === 'string') return [JSON.stringify(token.value)]
  if (token.text === ',' && (next?.text === ']' || next?.text === '}')) return []
  return [token.kind === 'name' && token.text === 'when' ? 'if' : token.text]
}
