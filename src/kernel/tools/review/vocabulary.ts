/**
 * Groups of words that the signals are made of, as parts of regular expressions over folded text.
 * Every repetition is bounded.
 */

/** Up to `words` words in between, within a sentence. */
export function gap(words: number): string {
  return `[^a-z0-9.!?]{1,6}(?:[a-z0-9'_/-]{1,30}[^a-z0-9.!?]{1,6}){0,${words}}`
}

/** Words that forbid. */
export const NOT =
  "(?:do not|don'?t|never|must not|mustn'?t|should not|shouldn'?t|may not|cannot|avoid|" +
  'refrain from|no need to|not to|rather than)'
/** `never … without telling the user` asks for openness, not for the contrary. */
export const WITHOUT = "without(?<!\\b(?:not|never|cannot|can't|don't|nothing)\\b[^.]{0,80}without)"
/** Beginnings of words for telling. */
export const SAY =
  '(?:tell|mention|inform|reveal|disclos|notify|notif|show|alert|display|explain|expos|ask|' +
  'acknowledg|discuss|report|warn|surfac|indicat|refer|say|admit|announc|state|let)' +
  '[a-z]{0,5}'
/** Whom something could be told. */
export const PERSON =
  '(?:users?|humans?|operators?|customers?|anyone|anybody|people|person|them|owner)'
/** Which instructions are meant. */
export const EARLIER =
  '(?:previous|prior|earlier|preceding|above|existing|former|all|any|other|your|system|' +
  'original|safety|security|default|developer)'
/** What a model goes by. */
export const RULES =
  '(?:instructions?|directions?|orders|rules?|guidelines?|prompts?|polic(?:y|ies)|' +
  'directives?|restrictions?|constraints?|safeguards?|guardrails?|guidance|programming|' +
  'training)'
/** What protects people from a model’s haste. */
export const GUARD =
  '(?:safety|security|confirmation|approval|consent|validation|filters?|sandbox|guardrails?|' +
  'safeguards?|restrictions?|permissions?|moderation|checks?|authentication|authorization|' +
  'human review|review)'
/** What is kept secret, or private. */
export const KEEPS =
  '(?:passwords?|passphrases?|credentials?|api[ _-]?keys?|access[ _-]?(?:keys?|tokens?)|' +
  '(?:auth|bearer|session|oauth|jwt|refresh)[ _-]?tokens?|private[ _-]?keys?|secrets?|ssh[ ' +
  '_-]?keys?|seed[ _-]?phrases?|mnemonics?|session[ _-]?cookies?|browser[ _-]?cookies?|' +
  'env(?:ironment)?[ _-]?(?:variables?|vars?)|process\\.env|private (?:data|information)|' +
  'sensitive (?:data|information|files?)|confidential (?:data|information|files?|company)|' +
  'personal (?:data|information)|credit[ _-]?cards?|wallet)'
/** What a model was told, and by what. */
export const TALK =
  '(?:conversation|chat|dialog(?:ue)?|message) ?(?:history|context|log|transcript|so far)|' +
  '(?:entire|full|whole|complete|current|previous|prior|recent|past|all(?: of the)?|every) ' +
  '(?:user )?(?:conversation|chat|context|messages?|prompts?|dialog(?:ue)?|session|' +
  'transcript)|system[ _-]?prompt|(?:everything|what(?:ever)?) the (?:user|customer|person) ' +
  "(?:has |had )?(?:said|typed|wrote|asked)|user(?:'s)? (?:original |last |full )" +
  "?(?:messages?|prompts?|questions?|query|request) (?:verbatim|in full|and)|other tools?'? " +
  '(?:results?|outputs?)|tools?[ _-]list|list of (?:all )?(?:available )?tools'
