import { ADMIN_ROUTES, type AdminRoute } from '../../src/contract/admin-api.ts'
import {
  type AdminAction,
  administrationPolicy,
  SPACE_ROLES,
} from '../../src/kernel/identity/administration.ts'
import { code, page, table } from './markdown.ts'

const INTRODUCTION = `\
What may be asked of a runtime, and who may: the built-in roles before any policy of yours.
\`admin\`, \`editor\` and \`viewer\` hold in the space that they are granted in, for what belongs to
it; \`super_admin\` holds in the whole organisation. An action under **approvers** is also open to
whoever may be asked for approvals. How to grant roles, and how to add to these rules:
[Administration](../guide/administration.md).`

const ROUTES: readonly AdminRoute[] = Object.values(ADMIN_ROUTES)

/** The table of actions and roles, and the policy that says the same. */
export function administrationPage(): string {
  const actions = ROUTES.map(({ action }) => action)
  const { text } = administrationPolicy(actions, [])
  return page(
    'Administration',
    INTRODUCTION,
    '## Actions and roles',
    table(
      ['Action', 'Acts on', 'Changes', 'super_admin', ...SPACE_ROLES, 'approvers'],
      ROUTES.map(rowOf).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ),
    '## The same as a policy',
    'This is in force beside the policies of each tenant, for what operators do:',
    `\`\`\`\n${text}\`\`\``,
  )
}

function rowOf({ action }: AdminRoute): readonly string[] {
  const { operation, on, named, changes, approvers } = action
  return [
    ...[code(operation), named === undefined ? on : `${on} ${code(named)}`, mark(changes), '•'],
    ...SPACE_ROLES.map((role) => mark(reaches(role, action))),
    mark(approvers === true),
  ]
}

function reaches(role: (typeof SPACE_ROLES)[number], { least }: AdminAction): boolean {
  return SPACE_ROLES.slice(SPACE_ROLES.indexOf(role)).some((each) => each === least)
}

function mark(is: boolean): string {
  return is ? '•' : ''
}
