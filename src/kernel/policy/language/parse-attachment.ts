import { parseGlob } from './parse-rule.ts'
import type { Attachment } from './syntax.ts'
import { ATTACHABLE } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** [ "for" attachment { "," attachment } ] ; attachment = name "(" glob { "," glob } ")" */
export function parseAttachments(tokens: TokenStream): readonly Attachment[] {
  if (!tokens.eat('for')) return []
  const attachments = [parseAttachment(tokens)]
  while (tokens.eat(',')) attachments.push(parseAttachment(tokens))
  return attachments
}

function parseAttachment(tokens: TokenStream): Attachment {
  const { start } = tokens.current
  const to = tokens.name('what the policy is for', `policies are for ${ATTACHABLE.join(', ')}`)
  const open = tokens.current
  tokens.want('(')
  const names = tokens.list(')', () => parseGlob(tokens, 'a name'))
  if (names.length === 0) tokens.fail('the list of names is empty', 'write `agents("sales")`', open)
  return { to, names, start, end: tokens.reached }
}
