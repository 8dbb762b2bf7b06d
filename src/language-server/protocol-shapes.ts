import type { CompletionItem, DocumentSymbol, Location, Range } from 'vscode-languageserver/node'
import {
  CompletionItemKind,
  DiagnosticSeverity,
  InsertTextFormat,
  type Diagnostic as ProtocolDiagnostic,
  SymbolKind,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Completions } from '../kernel/policy/editor/complete.ts'
import type { Place } from '../kernel/policy/editor/declared.ts'
import type { OutlineItem } from '../kernel/policy/editor/navigate.ts'
import type { Completion } from '../kernel/policy/editor/offers.ts'
import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import type { Span } from '../kernel/policy/language/source.ts'
import { visible } from '../kernel/text/visible.ts'

/** How the protocol says what the kernel says. Both count in UTF-16 units. */

export function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) }
}

export function locationOf({ source, at }: Place, uri: string): Location {
  return { uri, range: rangeOf(TextDocument.create(uri, '', 0, source.text), at) }
}

export function diagnosticOf(diagnostic: Diagnostic): ProtocolDiagnostic {
  const { severity, line, column, length, message, hint } = diagnostic
  const start = { line: line - 1, character: column - 1 }
  const isError = severity === 'error'
  return {
    range: { start, end: { ...start, character: start.character + length } },
    severity: isError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: isError ? 'POLICY_INVALID' : 'policy.doubtful',
    source: 'portcullis',
    message: visible(message) + (hint === undefined ? '' : `\nhint: ${visible(hint)}`),
  }
}

const COMPLETION_KINDS: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  word: CompletionItemKind.Keyword,
  order: CompletionItemKind.Enum,
  label: CompletionItemKind.EnumMember,
  class: CompletionItemKind.Class,
  'resource class': CompletionItemKind.Class,
  approval: CompletionItemKind.Interface,
  obligation: CompletionItemKind.Function,
  operation: CompletionItemKind.Method,
  root: CompletionItemKind.Variable,
  attribute: CompletionItemKind.Field,
  element: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  pattern: CompletionItemKind.Value,
}

/** `snippets`: the client fills in places; else the label is written. */
export function completionItems(
  { at, items }: Completions,
  document: TextDocument,
  snippets: boolean,
): readonly CompletionItem[] {
  const range = rangeOf(document, at)
  return items.map(({ label, kind, detail, about, insert }) => {
    const isSnippet = insert !== undefined && kind !== 'label' && snippets
    const written = kind === 'label' ? (insert ?? label) : isSnippet ? insert : label
    return {
      ...{ label, kind: COMPLETION_KINDS[kind], textEdit: { range, newText: written } },
      insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      ...(detail === undefined ? {} : { detail }),
      ...(about === undefined ? {} : { documentation: about }),
    }
  })
}

const SYMBOL_KINDS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  policy: SymbolKind.Namespace,
  rule: SymbolKind.Event,
  declaration: SymbolKind.Struct,
}

export function symbolOf(item: OutlineItem, document: TextDocument): DocumentSymbol {
  return {
    name: item.name === '' ? item.detail : item.name,
    detail: item.detail,
    kind: SYMBOL_KINDS[item.kind],
    range: rangeOf(document, item.at),
    selectionRange: rangeOf(document, item.nameAt),
    children: item.parts.map((part) => symbolOf(part, document)),
  }
}

/** The one edit that makes a text another, as small as it may be, so that the cursor stays. */
export function editsBetween(document: TextDocument, after: string) {
  const before = document.getText()
  if (before === after) return []
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let same = 0
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++
  const range = rangeOf(document, { start, end: before.length - same })
  return [{ range, newText: after.slice(start, after.length - same) }]
}
