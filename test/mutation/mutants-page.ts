/** The report of a mutation run, as far as it is read here. */
export interface MutationReport {
  readonly files: Readonly<Record<string, MutatedFile>>
}

interface MutatedFile {
  readonly source: string
  readonly mutants: readonly Mutant[]
}

interface Mutant {
  readonly status: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: Place; readonly end: Place }
}

/** Lines and columns count from 1. */
interface Place {
  readonly line: number
  readonly column: number
}

/**
 * Why a change to the code changes nothing that anybody could notice. It speaks of every survivor
 * in `file` whose line is `line`; where it has `becomes`, of the one with this replacement alone.
 */
export interface Explanation {
  readonly file: string
  readonly line: string
  readonly becomes?: string
  readonly why: string
}

interface Survivor extends Mutant {
  readonly file: string
  readonly text: string
  readonly original: string
  readonly why: string | undefined
}

const KILLED = ['Killed', 'Timeout']
const SURVIVED = ['Survived', 'NoCoverage']

export function unexplained(report: MutationReport, explained: readonly Explanation[]): string[] {
  return survivorsOf(report, explained)
    .filter(({ why }) => why === undefined)
    .map(
      ({ file, location, text, original, replacement = '' }) =>
        `${file}:${location.start.line}: ${text}\n    ${original}  →  ${replacement}`,
    )
}

const INTRODUCTION = `Written by \`npm run mutants -- policy\`; do not edit. Each mutant is the
decision code with one change: an operator turned, a condition made true or false, a block or a
text emptied. It is killed when a vector of [policy-vectors](policy-vectors) fails with it, a
decision differs from the interpreter's, the engine looks at more than it has to, or it never ends.
What the tests themselves are, [How the engine is proved](../guide/policy-proofs.md) tells.`

export function mutantsPage(report: MutationReport, explained: readonly Explanation[]): string {
  const rows = Object.entries(report.files).map(([file, { mutants }]) => {
    const [killed, survived] = [KILLED, SURVIVED].map(
      (statuses) => mutants.filter(({ status }) => statuses.includes(status)).length,
    )
    return { file, killed: killed ?? 0, survived: survived ?? 0 }
  })
  const sum = (of: 'killed' | 'survived') => rows.reduce((total, row) => total + row[of], 0)
  const [killed, survived] = [sum('killed'), sum('survived')]
  const survivors = survivorsOf(report, explained)
  const left = survivors.filter(({ why }) => why === undefined).length
  return `# What the tests of the policy engine notice

${INTRODUCTION}

**${killed + survived} mutants, ${killed} killed, ${survived} survived:
${share(killed, survived)}.**
Of the survivors ${survived - left} are explained below, ${left} are not.

| file | mutants | killed | survived | score |
| --- | ---: | ---: | ---: | ---: |
${rows.map(rowText).join('\n')}

## The survivors

${explanationsText(survivors)}
`
}

function rowText({ file, killed, survived }: { file: string; killed: number; survived: number }) {
  const all = killed + survived
  return `| \`${file}\` | ${all} | ${killed} | ${survived} | ${share(killed, survived)} |`
}

function share(killed: number, survived: number): string {
  return `${((100 * killed) / Math.max(1, killed + survived)).toFixed(1)} %`
}

function explanationsText(survivors: readonly Survivor[]): string {
  const reasons = new Map<string, Survivor[]>()
  for (const survivor of survivors) {
    const why = survivor.why ?? 'Not explained.'
    reasons.set(why, [...(reasons.get(why) ?? []), survivor])
  }
  return [...reasons]
    .map(([why, all]) => `${why}\n\n${all.map(survivorText).join('\n')}`)
    .join('\n\n')
}

function survivorText({ file, location, original, replacement = '' }: Survivor): string {
  const name = file.replace('src/kernel/policy/', '')
  return `- ${name}:${location.start.line} ${code(original)} → ${code(replacement)}`
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ')
  const short = line.length > 90 ? `${line.slice(0, 90)}…` : line
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short === '' ? ' ' : short}\``
}

function survivorsOf(
  { files }: MutationReport,
  explained: readonly Explanation[],
): readonly Survivor[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants
      .filter(({ status }) => SURVIVED.includes(status))
      .map((mutant) => {
        const text = (lines[mutant.location.start.line - 1] ?? '').trim()
        const fits = explained.find(
          (it) =>
            file.endsWith(it.file) &&
            it.line === text &&
            (it.becomes === undefined || it.becomes === mutant.replacement),
        )
        const original = stretch(lines, mutant.location)
        return { ...mutant, file, text, original, why: fits?.why }
      })
  })
}

function stretch(lines: readonly string[], { start, end }: Mutant['location']): string {
  const all = lines.slice(start.line - 1, end.line)
  const last = all.pop()?.slice(0, end.column - 1) ?? ''
  return [...all, last].join('\n').slice(start.column - 1)
}
