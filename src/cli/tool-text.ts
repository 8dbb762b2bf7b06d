import type { ToolReadingView, ToolToReview } from '../client/admin-client.ts'

type Change = ToolToReview['drift'][number]

/** What somebody has to know to decide about one tool, with what a model said if one was asked. */
export function reviewText(tool: ToolToReview, reading?: ToolReadingView): string {
  const { definition, shadowing, review } = tool
  const said = definition === undefined ? [] : [`  says     ${escaped(definition)}`]
  return [
    `${escaped(tool.tool)} is ${tool.state}${reasonOf(tool)}`,
    `  now      ${tool.fingerprint}`,
    ...(tool.approved ? [`  trusted  ${tool.approved.fingerprint}`] : []),
    ...said,
    ...changesText(tool),
    ...shadowing.flatMap(({ severity, message, where, evidence }) => [
      `  ${severity} ${escaped(message)}, at ${escaped(where)}`,
      `    "${escaped(evidence)}"`,
    ]),
    ...(review === undefined ? [] : findingsText(review)),
    ...(reading === undefined ? [] : readingText(reading)),
    ...decisionText(tool),
  ].join('\n')
}

/** The differences alone. */
export function diffText(tool: ToolToReview): string {
  if (tool.drift.length === 0) return `${escaped(tool.tool)} is as it was`
  const head = `${escaped(tool.tool)} is ${tool.state}${reasonOf(tool)}`
  return [head, ...changesText(tool)].join('\n')
}

/** What comes from a server, made harmless for a terminal, and with what hides in it to be seen. */
export function escaped(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (hidden) => {
    const code = hidden.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}

function reasonOf({ severity, renamedFrom }: ToolToReview): string {
  const was = renamedFrom === undefined ? '' : `, and was \`${escaped(renamedFrom)}\` before`
  return severity === undefined ? was : `${was}: its change is ${severity}`
}

function changesText({ drift, moreDrift }: ToolToReview): readonly string[] {
  const rest = moreDrift === 0 ? [] : [`  … and ${moreDrift} more changes`]
  return [...drift.flatMap(changeText), ...rest]
}

function changeText({ pointer, kind, severity, before, after }: Change): readonly string[] {
  return [
    `  ${severity} ${escaped(pointer)} ${kind}`,
    ...(before === undefined ? [] : [`    - ${escaped(before)}`]),
    ...(after === undefined ? [] : [`    + ${escaped(after)}`]),
    ...addedLine(before, after),
  ]
}

/** Where a long text goes on as before, what came in between is easily missed. */
function addedLine(before: string | undefined, after: string | undefined): readonly string[] {
  if (before === undefined || after === undefined || !after.startsWith('"')) return []
  let start = 0
  while (start < before.length && before[start] === after[start]) start++
  let end = 0
  const shorter = Math.min(before.length, after.length) - start
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++
  const added = after.slice(start, after.length - end)
  return added === '' || start + end === 0 ? [] : [`    added: ${escaped(added)}`]
}

function findingsText(review: NonNullable<ToolToReview['review']>): readonly string[] {
  const { of, risk, recommendation, findings } = review
  const what = of === 'added' ? 'of what was added' : 'of all it says'
  return [
    `  risk ${risk.toFixed(2)} ${what}, recommended: ${recommendation}`,
    ...findings.flatMap(({ severity, kind, rule, where, message, evidence }) => [
      `  ${severity} ${kind} ${rule} at ${escaped(where)}: ${escaped(message)}`,
      `    "${escaped(evidence)}"`,
    ]),
  ]
}

/** What each answer is an answer to, in their order. */
const ASKED = ['gives orders', 'only describes'] as const

const WHY_UNDECIDED: Readonly<Record<NonNullable<ToolReadingView['reason']>, string>> = {
  not_sent: 'it was not sent, for it is too long',
  no_label: 'an answer is none of the two words that were asked for',
  contradiction: 'the two answers disagree',
}

/** What a model says is as little to be trusted as what the tool says. */
function readingText({ verdict, reason, model, answers, prompt }: ToolReadingView) {
  const why = reason === undefined ? '' : `: ${WHY_UNDECIDED[reason]}`
  return [
    `  ${escaped(model)} says ${verdict} of all it says${why}`,
    ...answers.map((said, at) => `    ${ASKED[at]}: "${escaped(said)}"`),
    `    asked    ${escaped(prompt)}`,
  ]
}

function decisionText({ tool, state, fingerprint }: ToolToReview): readonly string[] {
  if (state === 'pinned') return []
  const name = /^[\w.-]+$/u.test(tool) ? tool : `'${tool.replaceAll("'", `'\\''`)}'`
  const approve = `portcullis tools approve ${escaped(name)} --fingerprint ${fingerprint}`
  return [`  $ ${approve}`, `  $ portcullis tools reject ${escaped(name)}`]
}
