import type { Stretch } from './hidden-characters.ts'

/** Characters of a tag that are looked at for what it does. */
const TAG_LIMIT = 500

/** What a renderer of HTML runs, fetches or sends by itself. */
const ACTIVE_TAG =
  /<\/?(?:script|iframe|frame|object|embed|applet|meta|base|link|form|style|svg|math|template)\b/gi
const TAG = new RegExp(`<[a-z][a-z0-9-]{0,30}[\\s/][^<>]{0,${TAG_LIMIT}}`, 'gi')
const HANDLER = /[\s/"']on[a-z]{3,30}\s{0,10}=/i
const SCRIPT_ADDRESS = /(?:javascript|vbscript)\s{0,10}:|data:\s{0,10}text\/html/i
const REMOTE_IMAGE_TAG =
  /^<(?:img|image|video|audio|source|picture|input)\b[^>]*(?:src|href|poster)/i
const REMOTE = /=\s{0,10}["']?\s{0,10}(?:https?:)?\/\//i
/** `![…](https://…)`: whoever shows it asks another host for it. */
const MARKDOWN_IMAGE = /!\[[^\]\n]{0,500}\]\s{0,2}\(\s{0,5}<?(?:https?:)?\/\/[^)\s]{1,2000}/gi
/** `[…]: https://…`, which an image may name in place of an address. */
const REMOTE_REFERENCE = /^ {0,3}\[[^\]\n]{1,200}\]:\s{0,5}<?(?:https?:)?\/\//im
const MARKDOWN_SCRIPT = /\]\(\s{0,5}<?(?:javascript|vbscript|data)\s{0,5}:/gi

/** Markup that acts by being shown. Its first character is what makes it markup. */
export function activeMarkup(text: string): readonly Stretch[] {
  const found: Stretch[] = []
  const add = (start: number, shown: string) =>
    found.push({ start, end: start + 1, why: 'markup', shown })
  if (text.includes('<')) {
    for (const { index } of text.matchAll(ACTIVE_TAG)) add(index, '&lt;')
    for (const { 0: tag, index } of text.matchAll(TAG)) if (acts(tag)) add(index, '&lt;')
  }
  if (text.includes('](') || text.includes('![')) {
    const image = REMOTE_REFERENCE.test(text) ? /!\[/g : MARKDOWN_IMAGE
    for (const { index } of text.matchAll(image)) add(index, '⟦image⟧')
    for (const { index } of text.matchAll(MARKDOWN_SCRIPT)) add(index, '⟧')
  }
  return found
}

function acts(tag: string): boolean {
  // Nobody writes so long a tag but to have its end overlooked.
  if (tag.length > TAG_LIMIT) return true
  if (HANDLER.test(tag) || SCRIPT_ADDRESS.test(tag)) return true
  return REMOTE_IMAGE_TAG.test(tag) && REMOTE.test(tag)
}
