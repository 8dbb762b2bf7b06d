import type { Obligation } from '../obligations/obligation.ts'
import { checkPolicies } from './check/check-policies.ts'
import type { CompiledFile } from './evaluate/compiled.ts'
import type { ParsedFile } from './language/parser.ts'
import type { LoadedFile, ReadFile } from './load/loaded-file.ts'
import { readFile } from './load/loaded-file.ts'
import type { ObligationRegistry } from './obligation-registry.ts'
import type { DemandedElsewhere, ReadDemands } from './outside.ts'

/**
 * Reads what another language demands in the words of ours: as the `require` of a policy that is
 * checked with the declarations of the set and then thrown away.
 */
export function readDemands(
  files: readonly LoadedFile[],
  registry: ObligationRegistry,
): ReadDemands {
  const vocabulary = files.map((file) => ({ ...file, tree: { ...file.tree, policies: [] } }))
  const own = files.flatMap(({ compiled }) => obligationsOf(compiled))
  const interned = new Map(own.map((it) => [JSON.stringify(it), it]))
  // One object for equal obligations, so that deciding can tell them by identity.
  const intern = (demand: DemandedElsewhere): DemandedElsewhere => {
    const content = JSON.stringify(demand.obligation)
    const obligation = interned.get(content) ?? demand.obligation
    interned.set(content, obligation)
    return { ...demand, obligation }
  }
  return (text) => {
    const read = demandsOf(text, vocabulary, registry)
    if ('problem' in read) return read
    return { ...read, obligations: read.obligations.map(intern) }
  }
}

/** All that our own policies demand. */
function obligationsOf({ enforced, observed }: CompiledFile): readonly Obligation[] {
  return [enforced, observed]
    .flatMap(({ rules, requirements }) => [
      ...requirements,
      ...rules.flatMap((rule) => rule.requirements),
    ])
    .flatMap(({ demands }) => demands.map(({ demanded }) => demanded.obligation))
}

function demandsOf(
  text: string,
  vocabulary: readonly ReadFile[],
  registry: ObligationRegistry,
): ReturnType<ReadDemands> {
  const file = 'annotation'
  const parsed = readFile({
    file,
    text: `policy p {\nallow: "cedar.annotation"\nrequire: [\n${text}\n]\n}`,
  })
  const wrong = parsed.diagnostics[0] ?? strayIn(parsed)
  if (wrong !== undefined) return problem(wrong)
  const { files, diagnostics } = checkPolicies([...vocabulary, parsed], registry)
  const own = diagnostics.find((found) => found.file === file && found.severity === 'error')
  if (own !== undefined) return problem(own)
  const policy = files.at(-1)?.policies[0]
  const demanded = policy?.rules.flatMap((rule) => (rule.kind === 'require' ? [rule] : [])) ?? []
  if (demanded.some(({ predicates }) => predicates.length > 0))
    return problem({ message: 'a condition is no demand', hint: 'write it into the policy' })
  return {
    obligations: demanded.flatMap(({ obligations }) =>
      obligations.map(({ obligation, strictness }) => ({ obligation, strictness })),
    ),
    approvals: demanded.flatMap(({ approvals }) => approvals.map(({ approval }) => approval)),
  }
}

/** The text must be what stands between the brackets, and not end them. */
function strayIn({ tree }: Pick<ParsedFile, 'tree'>): { readonly message: string } | undefined {
  const [policy, ...others] = tree.policies
  const [, requirement, ...more] = policy?.rules ?? []
  const whole = others.length + more.length === 0 && requirement?.kind === 'require'
  if (whole && requirement.guard === undefined && requirement.target === undefined) return undefined
  return { message: 'expected a list of demands, as `redact("email"), redact("phone")`' }
}

function problem(found: { readonly message: string; readonly hint?: string }) {
  const { message, hint } = found
  return hint === undefined ? { problem: message } : { problem: message, hint }
}
