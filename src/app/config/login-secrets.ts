import type { ConfigFile } from './config-schema.ts'
import type { Problem } from './problems.ts'
import { resolver, type SecretsOptions, writtenOut } from './resolve-secrets.ts'
import type { Table } from './toml-tree.ts'

/** Takes the secrets of logins from the environment: `bind_password`, `client_secret`. */
export function resolveLogins(
  config: ConfigFile,
  options: SecretsOptions,
): { readonly config: ConfigFile; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const resolve = resolver(options, problems)
  const of = (key: string, text: string | undefined, at: readonly string[]) =>
    text === undefined ? {} : { [key]: resolve(text, ['identity', ...at, key]) }
  const { ldap, oidc } = config.identity
  const directories = Object.entries(ldap).map(([name, directory]) => {
    const secret = of('bind_password', directory.bind_password, ['ldap', name])
    return [name, { ...directory, ...secret }]
  })
  const providers = Object.entries(oidc).map(([name, provider]) => {
    const secret = of('client_secret', provider.client_secret, ['oidc', name])
    return [name, { ...provider, ...secret }]
  })
  const resolved = { ldap: Object.fromEntries(directories), oidc: Object.fromEntries(providers) }
  return { config: { ...config, identity: { ...config.identity, ...resolved } }, problems }
}

/** Those of them that stand in the file itself. */
export function literalLogins(
  { identity: { ldap, oidc } }: ConfigFile,
  tree: Table,
  file: string,
): readonly string[] {
  const held = [
    ...Object.entries(ldap).map(([name, it]) => ['ldap', name, 'bind_password', it.bind_password]),
    ...Object.entries(oidc).map(([name, it]) => ['oidc', name, 'client_secret', it.client_secret]),
  ].flatMap(([kind = '', name = '', key = '', text]) =>
    text === undefined ? [] : [[['identity', kind, name, key], text] as const],
  )
  return writtenOut(held, tree, file)
}
