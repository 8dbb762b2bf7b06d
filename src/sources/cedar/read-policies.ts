import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { Diagnostics } from '../../kernel/policy/language/diagnostics.ts'
import type { Source } from '../../kernel/policy/language/source.ts'
import { positionOf, sourceOf } from '../../kernel/policy/language/source.ts'
import { ATTACHABLE } from '../../kernel/policy/language/syntax.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'
import type { Demands, ReadDemands, SettledRule } from '../../kernel/policy/outside.ts'
import { readAnnotations } from './annotations.ts'
import type { CedarEngine, PolicyJson } from './engine.ts'
import { hintOf, messageOf, spanOf } from './offsets.ts'
import { readsInput } from './reads-input.ts'
import type { Piece } from './split-policies.ts'
import { splitPolicies } from './split-policies.ts'

/** One Cedar policy, ready to be asked. */
export interface CedarPolicy {
  readonly json: PolicyJson
  readonly text: string
  readonly source: Source
  readonly piece: Piece
  readonly ref: SettledRule['ref']
  readonly demands: Demands
  /** Can arguments of the call change what it comes out as? */
  readonly readsInput: boolean
}

const NO_TEMPLATES = 'templates are not read: write a policy for each principal or resource'

/** With control and format characters a comment can be shown as a policy, and so the reverse. */
const HIDDEN = /[^\P{C}\t\n\r]|\r(?!\n)/gu

/** Reads the policies of one file; each mistake is told, and the next policy is read. */
export function readCedarFile(
  { file, text }: PolicyText,
  engine: CedarEngine,
  read: ReadDemands,
): { readonly policies: readonly CedarPolicy[]; readonly diagnostics: readonly Diagnostic[] } {
  const source = sourceOf(file, text)
  const diagnostics = new Diagnostics(source)
  for (const { index } of text.matchAll(HIDDEN)) {
    const message = 'control and format characters are refused'
    const hint = 'delete it, or write it as `\\u{…}` in a string'
    diagnostics.error({ at: { start: index, end: index + 1 }, message, hint })
  }
  refusePlacement(source, diagnostics)
  const pieces = splitPolicies(text)
  const policies = pieces.flatMap((piece, index) => {
    const json = parse(text.slice(piece.start, piece.end), piece, { engine, diagnostics })
    if (json === undefined) return []
    return [policyOf(json, { piece, index, source, diagnostics, read })]
  })
  if (diagnostics.list().length === 0 && countOf(text, engine) !== pieces.length)
    diagnostics.error({
      at: { start: 0, end: 1 },
      message: 'cannot be told into policies',
      hint: 'end each with `;`',
    })
  return { policies, diagnostics: diagnostics.list() }
}

/** In such a folder our policies are attached to what it names; a permit here would be to all. */
function refusePlacement({ file }: Source, diagnostics: Diagnostics): void {
  const folder = file
    .split('/')
    .slice(1, -1)
    .find((name) => ATTACHABLE.some((it) => it === name))
  if (folder === undefined) return
  const message = `Cedar policies are not attached by the folder \`${folder}/\``
  const hint = 'say in their heads what they are for, and put the file elsewhere'
  diagnostics.error({ at: { start: 0, end: 1 }, message, hint })
}

interface Reading {
  readonly engine: CedarEngine
  readonly diagnostics: Diagnostics
}

function parse(text: string, { start }: Piece, { engine, diagnostics }: Reading) {
  const { json, errors = [] } = engine.policyToJson(text)
  for (const error of errors) {
    const hint = error.message.includes('got a template') ? NO_TEMPLATES : hintOf(error)
    diagnostics.error({ at: spanOf(error, text, start), message: messageOf(error), hint })
  }
  return json
}

/** Cedar's own count must be ours, or a policy would be missing. */
function countOf(text: string, engine: CedarEngine): number | undefined {
  const { policies, policy_templates: templates } = engine.policySetTextToParts(text)
  return policies && templates && policies.length + templates.length
}

interface Place {
  readonly piece: Piece
  readonly index: number
  readonly source: Source
  readonly diagnostics: Diagnostics
  readonly read: ReadDemands
}

function policyOf(json: PolicyJson, place: Place): CedarPolicy {
  const { piece, index, source } = place
  const { id, says, demands } = readAnnotations(json, place)
  const policy = id ?? `policy${index}`
  const named = { policy, file: source.file }
  const at = (offset: number) => positionOf(source, offset)
  const rule = json.effect === 'permit' ? 'allow' : 'deny'
  const ref = { ...named, rule, ...at(headStart(piece, source)), ...(says && { says }) } as const
  return {
    ...{ json, source, piece, ref },
    text: source.text.slice(piece.start, piece.end),
    demands: {
      ...demands,
      source: { ...named, rule: 'require', ...at(demands.at?.start ?? piece.start) },
    },
    readsInput: readsInput(json.conditions),
  }
}

/** Where `permit` or `forbid` stands: after the annotations. */
function headStart({ start, end, annotations }: Piece, { text }: Source): number {
  const from = annotations.at(-1)?.end ?? start
  const word = /\b(?:permit|forbid)\b/u.exec(text.slice(from, end))
  return from + (word?.index ?? 0)
}
