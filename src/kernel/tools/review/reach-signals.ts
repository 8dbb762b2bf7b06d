import { gap } from './vocabulary.ts'

/** How an agent is set up: who writes there, rules the agent from then on. */
const AGENT_FILES =
  '(?:mcp\\.json|claude_desktop_config|\\.cursor\\b|\\.cursorrules|agents\\.md|' +
  'claude\\.md|copilot-instructions|\\.bashrc|\\.zshrc|\\.profile|authorized_keys|' +
  'crontab|tool definitions?|tool descriptions?|tool schemas?|mcp config\\w{0,8}|agent ' +
  'config\\w{0,8}|system prompts?)'
const DATA =
  '(?:data|results?|outputs?|contents?|secrets?|answers?|information|context|' +
  'credentials?|text|tokens?|keys?|messages?|values?|files?|it|them|everything)'

/**
 * Signals of what a tool reaches for beyond its call: the agent's set-up and memory, code from
 * elsewhere, other servers, how a question is answered. Patterns as in `signals.ts`.
 */
export const REACH_SIGNALS = {
  /** What comes from elsewhere is run. */
  runsForeign: [
    '\\b(?:download|fetch|decode|pars|load|pull|retriev|receiv|deserializ|' +
      'concatenat)\\w{0,3}\\b[^.\\n]{0,60}\\b(?:and|then|to)(?: then| immediately)? ' +
      '(?:execut|run|eval|source|import|invok)\\w{0,4}\\b',
    `\\b(?:execut|run|eval|evaluat|interpret)\\w{0,3}${gap(3)}(?:response|reply|results?|` +
      'output|inputs?|answer|returned \\w{1,12}|payload|contents?) (?:as|like) (?:code|a ' +
      '(?:script|command)|commands?)\\b',
    '\\b(?:subprocess|os\\.system|child_process|popen|exec|eval|system)\\(',
  ],
  /** The agent's own set-up, or what a tool says of itself, is rewritten. */
  editsAgent: [
    '\\b(?:modif|edit|writ|add|chang|append|updat|overwrit|replac|overrid|alter|mutat|' +
      `insert|rewrit)\\w{0,4}${gap(4)}${AGENT_FILES}`,
    `\\b(?:overrid|overwrit|alter|tamper|rewrit|poison|manipulat)\\w{0,4}${gap(3)}(?:outp` +
      `uts?|return values?|responses?|annotations?|manifest|schema)${gap(1)}(?:to|of|so|` +
      'with|before)\\b',
    `\\b(?:disable|unregister|block|shadow|hook|intercept|hijack)(?:s|ing)?${gap(1)}` +
      '(?:other|existing|built-?in|original|native|all|every|any) (?:tools?|functions?|handlers?|' +
      'servers?|calls?|requests?|messages?|traffic|responses?)\\b',
    '\\b(?:dynamically|silently|quietly) (?:load|register|add|replac|modif|install|updat)\\w{0,4}' +
      ' (?:\\w{1,12} )?(?:tools?|code|plugins?|servers?|itself)\\b',
  ],
  /** Orders are put where they last. */
  planted: [
    '\\b(?:stor|sav|writ|add|persist|insert|record|remember|inject|plant|' +
      `keep)\\w{0,3}${gap(3)}(?:instructions?|rules?|directives?|orders?|prompts?|` +
      `commands?)${gap(4)}(?:memory|knowledge base|vector \\w{1,10}|context|embeddings?|` +
      'long-term|later|future|sessions?)\\b',
    `\\bfor (?:all|any|every) (?:future|subsequent|later|following)\\b`,
    '\\b(?:self-?replicat\\w{1,4}|replicate (?:this|itself)|propagat\\w{1,3} (?:this|' +
      'itself|to (?:all|every|other))|spread\\w{0,3} (?:this|itself|to (?:all|every|' +
      'other)))',
    '\\b(?:recursively|indefinitely|endlessly|infinitely|forever|in a loop)\\b[^.\\n]{0,20}' +
      '\\b(?:call|invoke|run|tool)',
    '\\b(?:call|invoke|run)(?:s|ing)? (?:this tool|it|itself|yourself) (?:recursively|' +
      'indefinitely|endlessly|infinitely|forever|in a loop)\\b',
  ],
  /** How the model shall answer people, whatever is so. */
  answerRule: [
    `\\b(?:whenever|when|if|any ?time|each time|every time)${gap(2)}(?:users?|anyone|` +
      'someone|anybody|somebody|person|people|customers?|they) (?:asks?|wants?|requests?|' +
      'mentions?|questions?|inquires?|says?)\\b[^.\\n]{0,60}\\b(?:always|must|never|' +
      'respond that|reply that|answer that|say that|tell (?:them|him|her)|claim|insist|' +
      'recommend|deny|refuse)\\b',
    `\\b(?:respond|reply|answer)${gap(2)}(?:that|with)${gap(3)}(?:optional|unnecessary|` +
      'not (?:needed|required|possible|available)|safe|secure|fine)\\b',
  ],
  /** What belongs to another server or tool is taken or passed. */
  borrowed: [
    `\\b(?:other|another|adjacent|neighbou?ring|connected|every|all)${gap(1)}(?:servers?|` +
      `tools?|agents?|clients?|mcps?)(?:'s|s'|')?${gap(1)}(?:tokens?|credentials?|keys?|` +
      'secrets?|memory|sessions?|outputs?|traffic)\\b',
    `\\b(?:forward|relay|pipe|pass|proxy|redirect|send|hand)(?:s|es|ing)?${gap(3)}(?:requ` +
      `ests?|results?|outputs?|calls?|tokens?|response)${gap(1)}to (?:another|a (?:remote|` +
      'different|second|third[- ]party|shadow)|other|an (?:external|outside))\\b',
    `\\b(?:extract|obtain|take|get|requires?|read|pull)(?:s|ing)?${gap(2)}(?:api[ ` +
      `_-]?keys?|credentials?|tokens?|passwords?|secrets?)${gap(1)}(?:from|out of|` +
      `in)${gap(1)}(?:user|conversation|chat|session|agent|model|user's|host|client)\\b`,
    `\\b(?:access|read|collect|gather|fetch|get|take|capture)(?:s|ing)?${gap(1)}(?:conver` +
      'sation|chat|dialogue|message) (?:history|log|transcript)\\b[^.\\n]{0,40}\\b(?:send|' +
      'forward|post|upload|transmit|report|share|export)',
    '\\bsampling (?:api|requests?|endpoint|capabilit\\w{1,3})\\b',
    `\\b(?:ask|prompt|have|trick|convince)(?:s|ing)?${gap(1)}(?:users?|customers?|them|victims?)` +
      `${gap(3)}(?:enter|provide|type|give|share|for|paste|reveal)${gap(2)}(?:passwords?|credit ` +
      'cards?|card numbers?|social security|ssn|pins?|seed|private keys?|one-time)\\b',
  ],
  /** The tool vouches for itself. */
  vouched: [
    '\\bthis (?:tool|server|function|plugin|skill|component) (?:is|has been)(?: an?| ' +
      'the)?(?: \\w{1,12})? ?(?:trusted|verified|official|certified|audited|pre-?approved|' +
      'whitelisted|safe|security-reviewed|vetted)\\b',
    '\\b(?:read-?only|safe|harmless|trusted|non-?destructive)\\b[^.\\n]{0,30}\\b(?:even ' +
      'though|although|despite|but (?:actually|really|in fact)|while (?:it|actually))\\b',
    `\\b(?:claims?|pretends?|appears?|looks?|disguis\\w{1,4}|masquerad\\w{1,4})${gap(1)}` +
      '(?:only|be|as|like)\\b[^.\\n]{0,60}\\b(?:but|actually|really|secretly|in fact)\\b',
    '\\b(?:always |never )(?:obey|trust|believe|question|doubt) (?:this|the) (?:tool|' +
      'server|result)',
  ],
  /** Something happens when nobody sees it. */
  unwatched: [
    `\\b(?:users?|human|operator|owner|nobody|no one|person)${gap(0)}(?:is|are|'s) ` +
      "(?:not |n't |un|away|absent|idle|asleep|offline|afk|distracted)(?:watching|looking|" +
      'present|around|aware|active|there|attentive)?',
    '\\bhidden (?:commands?|instructions?|directives?|prompts?|messages?|payloads?|text|' +
      'orders?|functions?|behaviou?rs?|parameters?)\\b',
    `\\bactivat\\w{1,3}${gap(2)}(?:payload|backdoor|attack|exfiltration)\\b`,
  ],
  /** Data ride on something that looks like something else. */
  carried: [
    `\\b(?:embed|encod|hid|smuggl|conceal|append|plac|put|insert|includ)\\w{0,4}${gap(2)}` +
      `${DATA}${gap(3)}(?:in|into|inside|within|as|to)${gap(3)}(?:image|markdown|link|` +
      'urls?|query (?:string|parameters?)|headers?|user-?agent|dns|sub-?domains?|file ' +
      '?names?|comments?|pixels?|emoji|whitespace|exif|favicon)\\b',
    '\\bdocker\\.sock\\b',
    `\\b(?:send|post|forward|upload|report|transmit)(?:s|ing)?${gap(3)}to${gap(3)}https?://`,
    `\\b(?:curl|wget)${gap(2)}(?:contents?|secrets?|data|results?|files?|credentials?|tokens?)\\b`,
    '\\b(?:and|then) (?:send|post|forward|upload|transmit)s?(?: (?:it|them|the \\w{1,14}))? to ' +
      '(?:an? |the )?(?:external|remote|outside|third[- ]party|unknown|hidden)\\b',
    `\\breturns?${gap(2)}(?:api keys?|passwords?|secrets?|credentials?|tokens?)${gap(1)}` +
      '(?:in|with) (?:responses?|outputs?|every|all|each)\\b',
    `\\berror messages?${gap(3)}(?:secrets?|keys?|tokens?|credentials?|instructions?)\\b`,
  ],
} as const satisfies Record<string, readonly string[]>
