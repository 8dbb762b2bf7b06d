import { findSignals, type SignalledSentence } from './find-signals.ts'
import { foldText } from './folded-text.ts'
import type { InstructionRule } from './instruction-rule.ts'
import { INSTRUCTION_RULES } from './instruction-rules.ts'
import { EVIDENCE_CHARS, type Finding, type Severity } from './review.ts'
import type { SignalName } from './signals.ts'
import type { TextMember } from './text-members.ts'

/** What the rules about language find in one text. */
export function scanLanguage({ where, text, isName }: TextMember): readonly Finding[] {
  // Names are written with underscores where sentences have gaps.
  const folded = foldText(isName ? text.replaceAll('_', ' ') : text)
  const sentences = findSignals(folded.text)
  const findings: Finding[] = []
  for (let index = 0; index < sentences.length; index += 1) {
    const hit = firstHit(sentences, index)
    if (hit === undefined) continue
    const { rule, severity, passage } = hit
    const span = spanOf(rule, passage, folded.at)
    findings.push({
      rule: rule.rule,
      kind: 'malice',
      severity,
      where,
      span,
      evidence: text.slice(...span).slice(0, EVIDENCE_CHARS),
      message: rule.message,
    })
    index += passage.length - 1
  }
  return findings
}

interface Hit {
  readonly rule: InstructionRule
  readonly severity: Severity
  readonly passage: readonly SignalledSentence[]
}

/** The gravest rule that holds from sentence `index` on. */
function firstHit(sentences: readonly SignalledSentence[], index: number): Hit | undefined {
  if (sentences[index]?.signals.size === 0) return undefined
  for (const rule of INSTRUCTION_RULES) {
    for (let length = 1; length <= rule.within; length += 1) {
      const passage = sentences.slice(index, index + length)
      if (!holds(rule, passage)) continue
      // What holds without the first sentence begins later, and is told from there.
      if (length > 1 && holds(rule, passage.slice(1))) continue
      return { rule, severity: severityOf(rule, passage), passage }
    }
  }
  return undefined
}

function holds(rule: InstructionRule, passage: readonly SignalledSentence[]): boolean {
  const shown = (name: SignalName) => passage.some(({ signals }) => signals.has(name))
  if (rule.none?.some(shown)) return false
  return rule.all.every((part) => (typeof part === 'string' ? shown(part) : part.some(shown)))
}

/** A text that speaks about attacks quotes them: that is for a person to judge, not to condemn. */
function severityOf(rule: InstructionRule, passage: readonly SignalledSentence[]): Severity {
  if (rule.severity !== 'critical') return rule.severity
  const key = rule.all[0]
  const quoted = passage.some(({ signals }) => {
    const about = signals.get('aboutAttacks')
    const order = typeof key === 'string' ? signals.get(key) : undefined
    return about !== undefined && order !== undefined && about[1] <= order[0]
  })
  const insists = passage.some(({ signals }) => signals.has('conceal') || signals.has('first'))
  return quoted && !insists ? 'warning' : 'critical'
}

function spanOf(
  rule: InstructionRule,
  passage: readonly SignalledSentence[],
  at: (index: number) => number,
): [number, number] {
  const names = rule.all.flat()
  const spans = passage.flatMap(({ signals }) =>
    names.flatMap((name) => {
      const span = signals.get(name)
      return span === undefined ? [] : [span]
    }),
  )
  const start = Math.min(...spans.map(([from]) => from))
  const end = Math.max(...spans.map(([, to]) => to))
  return [at(start), at(end)]
}
