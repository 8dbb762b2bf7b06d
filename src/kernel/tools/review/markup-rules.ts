import { firstMatches } from './first-matches.ts'
import { EVIDENCE_CHARS, type Finding, type Severity } from './review.ts'
import type { TextMember } from './text-members.ts'

/** Marks that set text apart for a model, or hide it from a person. */
interface MarkupRule {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly pattern: RegExp
}

const MARKUP_RULES: readonly MarkupRule[] = [
  {
    rule: 'chat-template-tokens',
    severity: 'critical',
    message: 'holds tokens that part the turns of a conversation',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|start_header_id|eot_id)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?s>\s?\[|<start_of_turn>|<\/?(?:function_calls|tool_call|invoke|antml)\b/gi,
  },
  {
    rule: 'role-tags',
    severity: 'warning',
    message: 'sets text apart for the model with a tag',
    pattern:
      /<\/?(?:important|system|hidden|secret|instructions?|assistant|admin|critical|internal|private|override|sys|directive|developer|confidential|note-to-ai|ai)(?:[\s:_-][^<>]{0,60})?>|\[(?:system|hidden|admin|internal|assistant|override)(?:[\s:_-][^[\]]{0,60})?\]/gi,
  },
  {
    rule: 'role-heading',
    severity: 'warning',
    message: 'speaks in the voice of the system or of the user',
    pattern:
      /(?:^|\n|[.!?"'>]\s{1,4})\s{0,4}(?:#{1,4}\s?|\*\*)?(?:system(?: (?:prompt|message|note|override|instruction|notice|update|alert))?|instructions?|new instructions?|assistant|human|user|admin(?:istrator)?|developer)(?:\*\*)?\s?:\s?(?=\S)(?=[^\n]{0,200}\b(?:you|must|always|ignore|do not|never|call|send|read|first)\b)|(?:^|\n|\s)#{2,4}\s?(?:instructions?|system)\s?:|\bthought\s?:[^\n]{1,200}\n\s{0,8}action\s?:/gi,
  },
  {
    rule: 'hidden-markup',
    severity: 'warning',
    message: 'holds a comment or an element that is not shown',
    pattern:
      /<!--[^>]{3,2000}|\[(?:\/\/|comment|_)\]:\s?#\s?[("'][^)\n]{3,400}|<(?:span|div|p|font|details)\b[^>]{0,200}(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0|color\s?:\s?(?:white|#fff|transparent))/gi,
  },
  {
    rule: 'beaconing-markup',
    severity: 'warning',
    message: 'shows an image whose address could carry data away',
    pattern: /!\[[^\]\n]{0,200}\]\(\s?https?:\/\/[^)\s{$<=]{1,400}[{$<=]|<img\b[^>{$]{0,400}[{$]/gi,
  },
  {
    rule: 'active-markup',
    severity: 'warning',
    message: 'holds active content',
    pattern:
      /<script\b[^>]{0,200}>|\bjavascript:[^\s"']{1,200}|<iframe\b[^>]{0,200}|\bdata:text\/html\b|\bon(?:error|load)\s?=\s?["'][^"']{1,200}/gi,
  },
  {
    rule: 'terminal-escapes',
    severity: 'critical',
    message: 'holds terminal escapes, which can hide what follows',
    pattern: /(?:\x1b|\\x1b|\\u001b|\\033|\\e)\[[0-9;?]{0,20}[a-zA-Z]/g,
  },
  {
    rule: 'pushed-out-of-sight',
    severity: 'warning',
    message: 'pushes text out of sight with blanks',
    pattern: /\S(?: {60}|\t{20}|(?:[ \t]{0,8}\n){20})\s{0,4000}\S/g,
  },
]

/** What is told apart from the words: marks, comments and escapes in one text. */
export function scanMarkup({ where, text }: TextMember): readonly Finding[] {
  return MARKUP_RULES.flatMap(({ rule, severity, message, pattern }) =>
    firstMatches(text, pattern, 1).map((match): Finding => {
      const span = [match.index, match.index + match[0].length] as const
      const evidence = match[0].trim().slice(0, EVIDENCE_CHARS)
      return { rule, kind: 'malice', severity, where, span, evidence, message }
    }),
  )
}
