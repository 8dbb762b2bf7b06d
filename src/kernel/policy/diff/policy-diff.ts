import { outlineOf } from './outline.ts'
import { type PolicyVersion, parsedFiles } from './policy-version.ts'
import { type SearchResult, searchWitnesses } from './search-witnesses.ts'
import { type StructuralChange, structuralDiff } from './structural-diff.ts'

/** How two versions differ: as texts, and as far as was found in what they decide. */
export interface PolicyDiff {
  readonly before: string
  readonly after: string
  readonly changes: readonly StructuralChange[]
  readonly search: SearchResult
}

export interface PolicyDiffOptions {
  onProgress?(done: number, of: number): void
}

export function policyDiff(
  before: PolicyVersion,
  after: PolicyVersion,
  options: PolicyDiffOptions = {},
): PolicyDiff {
  const [parsedBefore, parsedAfter] = [parsedFiles(before.files), parsedFiles(after.files)]
  const changes = structuralDiff(outlineOf(parsedBefore), outlineOf(parsedAfter))
  const orders = [...parsedBefore, ...parsedAfter].flatMap(({ tree }) =>
    tree.declarations.flatMap((node) =>
      node.kind === 'order' ? [node.labels.map(({ text }) => text)] : [],
    ),
  )
  const search = searchWitnesses({
    ...{ before: before.set, after: after.set, orders, ...options },
    touched: changes.map(({ owner }) => owner),
  })
  return { before: before.set.version, after: after.set.version, changes, search }
}
