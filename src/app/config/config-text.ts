import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { checkShape, type Schema, type Shaped } from './check-shape.ts'
import { blotOut, blotOutValues, configError, type Problem, type Source } from './problems.ts'
import { parseTomlTree, type Table, TomlError } from './toml-tree.ts'

/** Bytes of a configuration file. */
export const CONFIG_LIMIT_BYTES = 256 * 1024

/** A file of the configuration, as far as its text alone says whether it is one. */
export interface ReadText {
  readonly text: string
  readonly tree: Table
}

/** What a file is to say, before it does. */
export interface DraftText {
  readonly file: string
  readonly text: string
}

/**
 * Reads a file as TOML, or what it is to say.
 * @throws PortcullisError `CONFIG_MISSING`, or `CONFIG_INVALID` where it is no TOML.
 */
export function readConfigText(file: string, draft?: DraftText): ReadText {
  const isDraft = draft !== undefined && resolve(draft.file) === resolve(file)
  const text = textOf(isDraft ? Buffer.from(draft.text) : readBytes(file), file)
  try {
    return { text, tree: parseTomlTree(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw configError([error], { file, text: blotOutValues(text) })
  }
}

/** What it says by a schema, and how its problems are shown. Refuses what the schema refuses. */
export function shapeOf(
  { text, tree }: ReadText,
  { file, schema, unknown = [] }: { file: string; schema: Schema; unknown?: readonly Problem[] },
): { readonly value: Shaped['value']; readonly source: Source } {
  const shaped = checkShape(tree, schema)
  const source = { file, text: blotOut(text, tree, shaped.shown) }
  refuseAny([...unknown, ...shaped.problems], source)
  return { value: shaped.value, source }
}

export function refuseAny(problems: readonly Problem[], source: Source): void {
  if (problems.length > 0) throw configError(problems, source)
}

function textOf(bytes: Buffer, file: string): string {
  if (bytes.length > CONFIG_LIMIT_BYTES) {
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` is too long for a configuration`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` is not UTF-8`, { cause })
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (absent) throw new PortcullisError('CONFIG_MISSING', `there is no \`${file}\``, { cause })
    throw new PortcullisError('CONFIG_INVALID', `\`${file}\` cannot be read`, { cause })
  }
}
