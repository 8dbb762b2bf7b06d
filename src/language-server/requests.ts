import type {
  CompletionItem,
  DocumentSymbol,
  Hover,
  Location,
  Position,
  TextEdit,
} from 'vscode-languageserver/node'
import { ErrorCodes, MarkupKind, ResponseError } from 'vscode-languageserver/node'
import { completionsAt } from '../kernel/policy/editor/complete.ts'
import { hoverAt } from '../kernel/policy/editor/hover.ts'
import { definitionsOf, outlineOf, referencesOf } from '../kernel/policy/editor/navigate.ts'
import { formatPolicy } from '../kernel/policy/format/format-policy.ts'
import type { OpenFile } from './policy-workspace.ts'
import { completionItems, editsBetween, locationOf, rangeOf, symbolOf } from './protocol-shapes.ts'

/** Answers one kind of request about a file; with an error when the client asked for nonsense. */
export type Request<P, R> = (file: OpenFile, params: P) => R | ResponseError<void>

export const hover: Request<unknown, Hover | null> = (open, params) =>
  at(open, params, (offset) => {
    const found = hoverAt(open.set, open.file, offset)
    if (found === undefined) return null
    const contents = { kind: MarkupKind.Markdown, value: found.text }
    return { contents, range: rangeOf(open.document, found.at) }
  })

export const definition: Request<unknown, Location[]> = (open, params) =>
  at(open, params, (offset) =>
    definitionsOf(open.set, open.file, offset).map((place) =>
      locationOf(place, open.uriOf(place.source.file)),
    ),
  )

export const references: Request<unknown, Location[]> = (open, params) =>
  at(open, params, (offset) => {
    const context = member(params, 'context')
    const includeDeclaration = member(context, 'includeDeclaration') === true
    const found = referencesOf(open.set, { file: open.file, offset }, { includeDeclaration })
    return found.map((place) => locationOf(place, open.uriOf(place.source.file)))
  })

export function completion(snippets: boolean): Request<unknown, CompletionItem[]> {
  return (open, params) =>
    at(open, params, (offset) => {
      const found = completionsAt(open.set, open.file, offset)
      return [...completionItems(found, open.document, snippets)]
    })
}

export const symbols: Request<unknown, DocumentSymbol[]> = ({ file, document }) =>
  outlineOf(file).map((item) => symbolOf(item, document))

/** No edits for a text with mistakes: it is not touched. */
export const format: Request<unknown, TextEdit[]> = ({ file, document }) => {
  const formatted = formatPolicy({ file: file.source.file, text: document.getText() })
  return formatted.ok ? editsBetween(document, formatted.text) : []
}

/** What a client may say at the start: where the policies are. */
export function initialOptions(options: unknown): { readonly policyDirectory?: string } {
  const policyDirectory = member(options, 'policyDirectory')
  return typeof policyDirectory === 'string' && policyDirectory !== '' ? { policyDirectory } : {}
}

export function uriOf(params: unknown): string | undefined {
  const uri = member(member(params, 'textDocument'), 'uri')
  return typeof uri === 'string' ? uri : undefined
}

function at<R>({ document }: OpenFile, params: unknown, answer: (offset: number) => R) {
  const position = positionOf(member(params, 'position'))
  if (position !== undefined) return answer(document.offsetAt(position))
  return new ResponseError<void>(ErrorCodes.InvalidParams, '`position` is no line and character')
}

function positionOf(value: unknown): Position | undefined {
  const [line, character] = [member(value, 'line'), member(value, 'character')]
  return isIndex(line) && isIndex(character) ? { line, character } : undefined
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** A member of what a client sent, which may be anything. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
