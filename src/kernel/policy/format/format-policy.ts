import { PortcullisError } from '../../errors.ts'
import type { Diagnostic } from '../language/diagnostics.ts'
import { parsePolicyFile } from '../language/parser.ts'
import type { PolicyText } from '../load-policies.ts'
import { versionOf } from '../version.ts'
import { print } from './document.ts'
import { gapsOf } from './gaps.ts'
import { Layout } from './layout.ts'
import { Tokens } from './operators.ts'
import { outlineOf } from './outline.ts'

/** Columns of a line, where it can be broken. */
export const FORMAT_WIDTH = 100

export type Formatted =
  | { readonly ok: true; readonly text: string }
  /** The text has mistakes and is not touched. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * One policy file in the form that all have. Its tokens stay as they are, and so the version of its
 * set does; each comment stays between the two tokens where it stood.
 */
export function formatPolicy({ file, text }: PolicyText): Formatted {
  const before = parsePolicyFile(file, text)
  if (before.diagnostics.length > 0) return { ok: false, diagnostics: before.diagnostics }
  const tokens = new Tokens(before.tokens)
  const layout = new Layout(tokens, gapsOf(text, before.tokens), outlineOf(before.tree, tokens))
  const formatted = print(layout.file(), FORMAT_WIDTH)
  const after = parsePolicyFile(file, formatted)
  // A comment as long as a line may be is too long once it is indented.
  if (after.diagnostics.length > 0) return { ok: false, diagnostics: after.diagnostics }
  if (versionOf([after]) === versionOf([before])) return { ok: true, text: formatted }
  throw new PortcullisError('INTERNAL', `formatting \`${file}\` would have changed what it says`)
}
