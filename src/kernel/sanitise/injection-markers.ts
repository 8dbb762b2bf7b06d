/**
 * What orders to a model look like in what should be data. They are marked and nothing more: no
 * list of phrases finds them all, and honest text has them too.
 */
const MARKERS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|every|the|your|these|my)\s+){0,3}(?:previous|prior|above|earlier|preceding|former|existing)\s+(?:instructions?|prompts?|rules|messages?|context|directions|guidelines)/i,
  /\b(?:do\s+not|don['’]t|never)\s+(?:tell|inform|mention|reveal|show|let)\s+(?:this\s+to\s+|it\s+to\s+)?(?:the\s+)?(?:user|human|anyone|anybody)/i,
  /\bwithout\s+(?:telling|informing|asking|notifying|alerting)\s+(?:the\s+)?(?:user|human)/i,
  /\byou\s+are\s+now\s+(?:a|an|in|the|acting)\b/i,
  /\b(?:reveal|print|repeat|output|show)\s+(?:me\s+)?(?:your|the)\s+(?:system|initial|hidden)\s+(?:prompt|instructions?|message)/i,
  /\b(?:new|updated|revised|real)\s+(?:system\s+)?instructions?\s*(?::|from\b)/i,
  /<\/?(?:important|system|assistant|instructions?|secret|admin|tool_result|function_results?|tool_response)\s*>/i,
  /<\|(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\|>/i,
  /\[\/?(?:INST|SYS|SYSTEM)\]|<<\/?SYS>>/i,
  /^[ \t]{0,4}(?:#{1,6}[ \t]*)?(?:system|assistant)[ \t]*:[ \t]*\S/i,
  /\bbefore\s+(?:you\s+)?(?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing))\s+(?:this|any|another)\s+(?:tool|function)/i,
  /\b(?:send|post|forward|upload|email|exfiltrate)\s+(?:all\s+|every\s+|any\s+)?(?:the\s+|your\s+|of\s+)?(?:user['’]?s?\s+)?(?:conversation|chat|messages?|secrets?|credentials|api\s+keys?|passwords?|tokens?)\b/i,
]

/** One expression for all: a text is gone through once. */
const ANY = new RegExp(MARKERS.map(({ source }) => `(?:${source})`).join('|'), 'im')
/** The shortest of them. */
const SHORTEST = 6

/** Does something in a text read like an order to a model? */
export function hasInjectionMarker(text: string): boolean {
  return text.length >= SHORTEST && ANY.test(text)
}
