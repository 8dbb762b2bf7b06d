import { visible } from '../../text/visible.ts'
import { quoted } from './cedar-text.ts'
import type { LeftOut, RulePlace } from './left-out.ts'
import type { CedarHead } from './translate-head.ts'

/** One policy of the export, and the rule of ours that it says. */
export interface Statement {
  readonly place: RulePlace
  readonly says?: string
  readonly effect: 'permit' | 'forbid'
  readonly head: CedarHead
  readonly when: readonly string[]
  readonly unless: readonly string[]
}

export interface Rendered {
  readonly statements: readonly Statement[]
  readonly version: string
  readonly missing: readonly LeftOut[]
  readonly leftOut: readonly LeftOut[]
  readonly assumptions: readonly string[]
}

/** Cedar text, with what it leaves out and what it takes for granted at the top. */
export function renderCedar(exported: Rendered): string {
  const { statements, version, missing, leftOut, assumptions } = exported
  const harmless = leftOut.filter((left) => !missing.includes(left))
  const top = [
    `Exported by Portcullis from the policies of version ${version}.`,
    ...section('PARTIAL: these rules deny or demand, and are MISSING here:', missing.map(leftLine)),
    ...section('Left out, which allows nothing more:', harmless.map(leftLine)),
    ...section('The two agree on requests of which this holds:', assumptions),
  ]
  const ids = new Map<string, number>()
  const policies = statements.map((statement) => policyText(statement, ids))
  const comment = top.map((line) => `// ${visible(line)}`.trimEnd()).join('\n')
  return `${[comment, ...policies].join('\n\n')}\n`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

function leftLine({ file, line, text, why }: LeftOut): string {
  return `${file}:${line} ${text} (${why})`
}

/** `@id` is unique in Cedar's tools: a rule with several heads has as many. */
function policyText({ place, says, effect, head, ...body }: Statement, ids: Map<string, number>) {
  const name = `${place.file}:${place.line}:${place.column}`
  const before = ids.get(name) ?? 0
  ids.set(name, before + 1)
  const action = head.action === undefined ? 'action' : `action == ${head.action}`
  const when = [...head.conditions, ...body.when]
  return [
    `@id(${quoted(before === 0 ? name : `${name}#${before + 1}`)})`,
    ...(says === undefined ? [] : [`@reason(${quoted(says)})`]),
    `${effect}(principal, ${action}, resource)`,
    ...(when.length === 0 ? [] : [clause('when', when, ' &&')]),
    ...(body.unless.length === 0 ? [] : [clause('unless', body.unless, ' ||')]),
  ]
    .join('\n')
    .concat(';')
}

function clause(word: string, parts: readonly string[], operator: string): string {
  return `${word} {\n${parts.map((part) => `  ${part}`).join(`${operator}\n`)}\n}`
}
