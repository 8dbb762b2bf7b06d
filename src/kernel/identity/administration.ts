import type { AdminResourceType } from '../admin/admin-call.ts'
import { PortcullisError } from '../errors.ts'
import { sourceOf } from '../policy/language/source.ts'
import { loadPolicies } from '../policy/load-policies.ts'
import type { OutsidePolicies } from '../policy/outside.ts'
import type { PolicyText } from '../policy/policy-text.ts'
import { settledBy } from '../policy/settled-by.ts'
import type { Role } from './role.ts'

/** Something that may be asked of the runtime itself, and of which role it asks at least. */
export interface AdminAction {
  /** As policies name it: `admin.agents.suspend`. */
  readonly operation: string
  /** What it acts on. */
  readonly on: AdminResourceType
  /** Is anything different afterwards? What only looks leaves no receipt when it is permitted. */
  readonly changes: boolean
  /** The least of the built-in roles that may do it, in the space of what it acts on. */
  readonly least: SpaceRole | 'super_admin'
  /** Who is asked for approvals may do it, too: it is how they answer. */
  readonly approvers?: boolean
}

/** Roles in a space, each with all that those after it may do. */
export const SPACE_ROLES = ['admin', 'editor', 'viewer'] as const
export type SpaceRole = (typeof SPACE_ROLES)[number]

/** The name under which decisions and explanations show the rules below. */
export const ADMINISTRATION_FILE = 'built-in/administration.policy'

/** Agents administer nothing by the name of a role: that takes an `allow` of the tenant's own. */
const NOT_AGENTS = 'principal.kind in ["human", "service"]'

/**
 * Who may administer, as a policy of our own language: deciding, explaining and receipts know of
 * nothing new. The roles of the principal are those of the organisation and of the space of what is
 * acted on, so that a role in one space is worth nothing in another.
 */
export function administrationPolicy(
  actions: readonly AdminAction[],
  roles: readonly Role[],
): PolicyText {
  const spaceRoles = SPACE_ROLES.map((role) => allow(operationsOf(role, actions), has(role)))
  const asked = actions.filter(({ approvers }) => approvers).map(({ operation }) => operation)
  const custom = roles.filter(({ permissions }) => permissions.length > 0)
  const lines = [
    '# Who may administer. Generated from the table of actions and the declared roles.',
    'policy administration {',
    ...allow(['admin.*'], has('super_admin')),
    ...spaceRoles.flat(),
    ...allow(asked, 'principal has approver && principal.approver == true'),
    '}',
  ]
  const own = custom.flatMap(({ name, permissions }) => allow(permissions, has(name)))
  if (own.length > 0) lines.push('', 'policy declared_roles {', ...own, '}')
  return { file: ADMINISTRATION_FILE, text: `${lines.join('\n')}\n` }
}

/** The operations that a role in a space may do. */
export function operationsOf(role: SpaceRole, actions: readonly AdminAction[]): readonly string[] {
  const reach = SPACE_ROLES.slice(SPACE_ROLES.indexOf(role))
  return actions.filter(({ least }) => reach.some((each) => each === least)).map(nameOf)
}

function nameOf({ operation }: AdminAction): string {
  return operation
}

function has(role: string): string {
  return `${NOT_AGENTS} && principal.roles.contains(${JSON.stringify(role)})`
}

function allow(operations: readonly string[], condition: string): readonly string[] {
  return operations.map((operation) => `  allow: ${operation} if ${condition}`)
}

/** The policy, compiled alone, so that no vocabulary of a tenant changes what it means. */
export function compileAdministration({ file, text }: PolicyText): OutsidePolicies {
  const { set, diagnostics } = loadPolicies([{ file, text }], new Map())
  if (set === undefined) {
    const [first] = diagnostics
    throw new PortcullisError('INTERNAL', `${file} does not compile: ${first?.message}`)
  }
  return settledBy(set, sourceOf(file, text), `administration:${set.version}`)
}
