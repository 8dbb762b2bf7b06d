import type { Tenant } from '../../kernel/identity/tenant.ts'
import { matches, type Pattern } from '../../kernel/policy/language/pattern.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import type { Storage } from '../../pipeline/ports.ts'

/** Stored objects and names in policies that are asked about to show the tools. */
export const ASKED_NAMES_LIMIT = 64

/** Names that stand for all others when it is asked who may use the storage at all. */
export function storageNames(
  policies: { current(): PolicySet },
  { storage, tenant }: { readonly storage: Storage; readonly tenant: Tenant },
): () => readonly string[] | 'any' {
  return () => {
    const names = new Set([ANY_NAME, ...namesIn(policies.current())])
    for (const { name } of storage.list(tenant, '')) {
      names.add(name)
      if (names.size > ASKED_NAMES_LIMIT) return 'any'
    }
    return [...names]
  }
}

const ANY_NAME = 'name'
const OPERATIONS = ['storage.read', 'storage.write', 'storage.delete', 'storage.list']

/** The names that rules about the storage speak of, and examples of the beginnings. */
function namesIn({ compiled }: PolicySet): readonly string[] {
  const rules = [...compiled.enforced.rules, ...compiled.enforced.requirements]
  const heads = rules.flatMap((rule) => rule.heads)
  const about = heads.filter(({ operation }) => OPERATIONS.some((it) => matches(operation, it)))
  return [...new Set(about.map(({ resource }) => exampleOf(resource)))]
}

function exampleOf(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'exact':
      return pattern.text
    case 'prefix':
      return `${pattern.text}${ANY_NAME}`
    default:
      return ANY_NAME
  }
}
