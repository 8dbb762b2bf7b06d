/** Where a built-in role is granted: for the whole organisation, or in one space of it. */
export const BUILT_IN_ROLES = {
  super_admin: 'organisation',
  admin: 'space',
  editor: 'space',
  viewer: 'space',
} as const satisfies Record<string, 'organisation' | 'space'>

export type BuiltInRole = keyof typeof BUILT_IN_ROLES

/** What somebody may be granted. What a built-in role permits, the administration policy says. */
export interface Role {
  readonly name: string
  /** Where it may be granted; a custom role, anywhere. */
  readonly scope: 'organisation' | 'space' | 'any'
  readonly builtIn: boolean
  /** Administrative operations of a custom role: `admin.agents.*`. */
  readonly permissions: readonly string[]
  readonly description?: string
}

export function isBuiltIn(name: string): name is BuiltInRole {
  return Object.hasOwn(BUILT_IN_ROLES, name)
}

/** The built-in roles, the mightiest first. */
export function builtInRoles(): readonly Role[] {
  return Object.entries(BUILT_IN_ROLES).map(([name, scope]) => ({
    ...{ name, scope, builtIn: true, permissions: [] },
  }))
}
