/** `admin.agents.suspend`, or the beginning of operations with a star last: `admin.agents.*`. */
export const PERMISSION_PATTERN =
  '^admin(?:\\.[a-z][a-z0-9_]{0,63}){0,5}\\.(?:\\*|[a-z][a-z0-9_]{0,63})$'

const PERMISSION = new RegExp(PERMISSION_PATTERN, 'u')

/** Is it the name of administrative operations? What agents may do, policies alone say. */
export function isPermission(text: string): boolean {
  return PERMISSION.test(text)
}

/** Does one of these names, each perhaps with a star last, stand for the operation? */
export function covers(permissions: readonly string[], operation: string): boolean {
  return permissions.some((permission) =>
    permission.endsWith('.*')
      ? operation.startsWith(permission.slice(0, -1))
      : permission === operation,
  )
}
