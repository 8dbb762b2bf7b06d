import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import oniguruma from 'vscode-oniguruma'
import textmate from 'vscode-textmate'

const PATH = fileURLToPath(
  new URL('../../editors/vscode/syntaxes/portcullis.tmLanguage.json', import.meta.url),
)
const WASM = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')

/** A stretch of text, and the innermost scope the grammar gives it, without `.portcullis`. */
export interface Scoped {
  readonly text: string
  readonly scope: string
  readonly scopes: readonly string[]
}

/** Reads a text as VS Code does: with its own tokeniser and regular expressions. */
export async function tokenizer(): Promise<(text: string) => readonly Scoped[]> {
  await oniguruma.loadWASM(readFileSync(WASM))
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(PATH, 'utf8'), PATH),
  })
  const grammar = await registry.loadGrammar('source.portcullis-policy')
  if (grammar === null) throw new Error('there is no grammar of this name')
  return (text) => {
    let stack = textmate.INITIAL
    return text.split('\n').flatMap((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, stack)
      stack = ruleStack
      return tokens.flatMap(({ startIndex, endIndex, scopes: all }) => {
        const scopes = all.slice(1).map((scope) => scope.replace(/\.portcullis$/, ''))
        const stretch = line.slice(startIndex, endIndex)
        if (stretch.trim() === '') return []
        return [{ text: stretch.trim(), scope: scopes.at(-1) ?? '', scopes }]
      })
    })
  }
}
