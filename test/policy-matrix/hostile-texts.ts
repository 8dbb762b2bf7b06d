/** Kinds of text that parsers are slow on, each as long as it is asked to be. */
export const HOSTILE_TEXTS: Readonly<Record<string, (length: number) => string>> = {
  'open parentheses': (length) => rule(repeated('(\n', length)),
  'pairs of parentheses': (length) =>
    rule(`${repeated('(\n', length / 2)}true${repeated(')\n', length / 2)}`),
  negations: (length) => rule(repeated('!\n', length)),
  'open lists': (length) => rule(`args.a in ${repeated('[\n', length)}`),
  'open braces': (length) => `policy p {\n${repeated('{\n', length)}`,
  'closing braces': (length) => `policy p {\n${repeated('}\n', length)}`,
  'a chain of and': (length) => rule(`true${repeated('\n && args.a == 1', length)}`),
  'a chain of sums': (length) => rule(`1${repeated('\n + args.a', length)} == 1`),
  'a long path': (length) => rule(`args${repeated('\n.abc', length)} == 1`),
  'a long list': (length) => rule(`args.a in [${repeated('"abc",\n', length)}]`),
  'many rules': (length) => `policy p {\n${repeated('deny: t.x if args.a == 1\n', length)}}`,
  'many policies': (length) => policies(length),
  'policies of one name': (length) => repeated('policy p { deny: t.x }\n', length),
  'an order of many labels': (length) => `order o { a${repeated('\n < bcd', length)} }`,
  'many orders': (length) => repeated('order o { a < b }\n', length),
  'many targets': (length) => `policy p {\ndeny: [${repeated('t.x,\n', length)}]\n}`,
  'a mistake in every rule': (length) => `policy p {\n${repeated('deny: t.x if\n', length)}}`,
  'a mistake in every policy': (length) => repeated('policy { }\n', length),
  'unknown roots': (length) => `policy p {\n${repeated('deny: t.x if argz.a == 1\n', length)}}`,
  'strings that never end': (length) => repeated('"abc\n', length),
  'unknown escapes': (length) => repeated('"\\q\\q\\q"\n', length),
  'comments that never end': (length) => repeated('/*\n', length),
  'comments of one line': (length) => repeated('# abc\n', length),
  'whole comments': (length) => repeated('/* abc */\n', length),
  'hidden characters': (length) => repeated('\u200B\n', length),
  'unexpected characters': (length) => repeated('é\n', length),
  'long numbers': (length) => repeated(`${'9'.repeat(900)}\n`, length),
  'empty lines': (length) => repeated('\n', length),
  'one long line': (length) => repeated('deny: t.x ', length),
  annotations: (length) => repeated('@description("abc")\n', length),
}

function rule(guard: string): string {
  return `policy p {\ndeny: t.x if ${guard}\n}`
}

function repeated(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length))
}

function policies(length: number): string {
  const count = Math.ceil(length / 32)
  return Array.from({ length: count }, (_, index) => `policy p${index} { deny: t.x }\n`).join('')
}
