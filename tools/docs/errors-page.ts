import { ERRORS } from '../../src/kernel/errors.ts'
import { code, page, table } from './markdown.ts'

const INTRODUCTION = `\
Every failure has a code that does not change. Receipts keep it, doors answer with it, and
commands print it with what to do about it. The status is that of an answer over HTTP; under MCP a
refused call of a tool is a result with \`isError\`, and the code stands in its \`_meta\` under
\`portcullis/code\`.

An agent reads the sentence in the last column and nothing more: no rule, no reason, no name of
another agent. The rest is for operators.`

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([name, { http, remedy, agent }]) => [
    ...[code(name), String(http), remedy, agent],
  ])
  return page('Errors', INTRODUCTION, table(['Code', 'Status', 'What to do', 'Agents read'], rows))
}
