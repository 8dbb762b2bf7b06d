import type { ConfigFile } from './config-schema.ts'
import type { Problem } from './problems.ts'
import { resolver, type SecretsOptions, writtenOut } from './resolve-secrets.ts'
import type { Table } from './toml-tree.ts'

type WithTools = Pick<ConfigFile, 'tools'>

const KEY = ['tools', 'reviewer', 'key'] as const

/** Takes its key from the environment. */
export function resolveReviewer<File extends WithTools>(
  config: File,
  options: SecretsOptions,
): { readonly config: File; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const { reviewer } = config.tools
  if (reviewer?.key === undefined) return { config, problems }
  const key = resolver(options, problems)(reviewer.key, KEY)
  return {
    config: { ...config, tools: { ...config.tools, reviewer: { ...reviewer, key } } },
    problems,
  }
}

/** Its key, where it stands in the file itself. */
export function literalReviewer({ tools }: WithTools, tree: Table, file: string) {
  const key = tools.reviewer?.key
  return key === undefined ? [] : writtenOut([[KEY, key]], tree, file)
}
