import type { Diagnostics } from '../../kernel/policy/language/diagnostics.ts'
import type { Span } from '../../kernel/policy/language/source.ts'
import type { Demands, ReadDemands } from '../../kernel/policy/outside.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import type { PolicyJson } from './engine.ts'
import type { Piece } from './split-policies.ts'

const AS_REQUIRED = 'write what would stand after `require:`'

/** Annotations that mean something here. Cedar itself gives none a meaning. */
const DEMANDING: readonly string[] = ['obligation', 'approval']
const KNOWN: readonly string[] = [...DEMANDING, 'id', 'reason', 'description', 'mode']

export interface Annotations {
  readonly id?: string
  readonly says?: string
  readonly demands: Pick<Demands, 'obligations' | 'approvals'> & { readonly at?: Span }
}

interface Place {
  readonly piece: Piece
  readonly diagnostics: Diagnostics
  readonly read: ReadDemands
}

/** What the annotations of a policy ask for. What is not understood is a mistake, and is told. */
export function readAnnotations(json: PolicyJson, { piece, diagnostics, read }: Place) {
  const { annotations = {}, effect } = json
  const demands: Pick<Demands, 'obligations' | 'approvals'>[] = []
  let at: Span | undefined
  for (const { name, ...span } of piece.annotations) {
    const wrong = (message: string, hint: string) => diagnostics.error({ at: span, message, hint })
    const text = annotations[name] ?? ''
    const meant = KNOWN.includes(name) ? name : nearest(name, KNOWN)
    if (meant === undefined) continue
    if (meant !== name) wrong(`\`@${name}\` means nothing here`, `did you mean \`@${meant}\`?`)
    else if (name === 'mode') wrong('a Cedar policy is always enforced', 'leave the annotation out')
    else if (text === '') wrong(`\`@${name}\` takes a text`, `\`@${name}("…")\``)
    else if (DEMANDING.includes(name) && effect === 'forbid')
      wrong(`\`@${name}\` on a \`forbid\` binds nothing`, 'put it on the `permit`')
    else if (DEMANDING.includes(name)) {
      const demanded = demandedBy(name, text, read)
      at ??= span
      if ('problem' in demanded) wrong(demanded.problem, demanded.hint ?? AS_REQUIRED)
      else demands.push(demanded)
    }
  }
  return annotated(annotations, { demands, at })
}

/** An obligation under `@approval` would be demanded without being approved, and so the reverse. */
function demandedBy(name: string, text: string, read: ReadDemands): ReturnType<ReadDemands> {
  const demanded = read(text)
  if ('problem' in demanded) return demanded
  const stray = name === 'approval' ? demanded.obligations.length : demanded.approvals.length
  const other = name === 'approval' ? 'an obligation' : 'an approval'
  return stray === 0 ? demanded : { problem: `\`@${name}\` names ${other}` }
}

interface Found {
  readonly demands: readonly Pick<Demands, 'obligations' | 'approvals'>[]
  readonly at: Span | undefined
}

function annotated(
  { id, reason }: Readonly<Record<string, string | null>>,
  { demands, at }: Found,
): Annotations {
  return {
    ...(id && { id }),
    ...(reason && { says: reason }),
    demands: {
      obligations: demands.flatMap(({ obligations }) => obligations),
      approvals: demands.flatMap(({ approvals }) => approvals),
      ...(at && { at }),
    },
  }
}
