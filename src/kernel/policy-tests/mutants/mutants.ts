import type { ParsedFile } from '../../policy/language/parser.ts'
import type { Mutant } from './mutant.ts'
import { mutantOf } from './mutant.ts'
import { policyEdits } from './rule-edits.ts'

/**
 * Every mutant of the policies, each with one mistake: a comparison or a junction turned, a
 * condition, a rule or a demand left out, a guard negated, a number or a label moved by one, a name
 * widened. Some do not load, and some mean what the policies mean.
 */
export function* mutantsOf(parsed: readonly ParsedFile[]): Generator<Mutant> {
  const orders = parsed.flatMap(({ tree }) =>
    tree.declarations.flatMap((declaration) =>
      declaration.kind === 'order' ? [declaration.labels.map(({ text }) => text)] : [],
    ),
  )
  for (const { source, tokens, tree } of parsed)
    for (const policy of tree.policies)
      for (const edit of policyEdits(policy, { source, tokens, orders })) {
        const mutant = mutantOf(source, edit)
        if (mutant.text !== source.text) yield mutant
      }
}
