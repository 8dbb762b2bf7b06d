import { ATTACK_TECHNIQUES } from './attack-techniques.ts'
import { gap } from './vocabulary.ts'

/** Who knows something that a tool has no need of. */
const KNOWER =
  '(?:you|the (?:user|person|customer|human|agent|assistant|model|caller|client|traveller|owner)|' +
  "they|he or she|somebody|someone|anyone)(?:'ve| have| has| had)?"
/** What one has come to know, and how. */
const KNOWN =
  '(?:said|asked|told|knows?|seen|saw|learn(?:ed|t)|read|discussed|mentioned|remembers?|opened|' +
  'called|gathered|collected|received|given|wrote|written|typed|heard|shared|decided|promised|' +
  'started with|come across|at hand|shown|copied|pasted|visited|looked at|worked (?:on|with))'
const ALL_OF =
  '(?:everything|anything|whatever|what|all|any|the (?:full|entire|complete|whole|last|' +
  'latest|recent|previous|earlier))'
const NAMED = '[`\'"]?[a-z]{2,20}(?:_[a-z0-9]{1,20}){1,5}[`\'"]?'
const TURN =
  '(?:steps?|answers?|repl(?:y|ies)|responses?|messages?|turns?|conversations?|chats?|tasks?|' +
  'sessions?|tool calls?|questions?|prompts?)'

const SPOKEN =
  '(?:answers?|repl(?:y|ies)|messages?|turns?|conversations?|chats?|sessions?|tool calls?|prompts?)'

/**
 * Signals of orders that name neither a secret nor secrecy: what a tool claims over other tools,
 * over every turn, over what the model knows and over what people come to hear. Patterns as in
 * `signals.ts`; each is rare in the definitions of honest tools.
 */
export const QUIET_SIGNALS = {
  /** Deeds that have a name in ATT&CK. */
  technique: ATTACK_TECHNIQUES,
  /** What another tool is given or returns shall be altered, or come here. */
  rerouted: [
    `\\b(?:replac|modif|chang|alter|overwrit|overrid|adjust|rewrit|correct|substitut|swap|amend)` +
      `\\w{1,4}${gap(3)}(?:its|their|the|whose)${gap(2)}(?:outputs?|results?|responses?|answers?|` +
      `recipients?)${gap(3)}(?:of|from|with|by|returned)\\b`,
    `\\b(?:rout|redirect|divert|funnel)(?:e|es|s|ed|ing)?${gap(4)}(?:requests?|calls?|traffic|` +
      `quer(?:y|ies)|orders?|payments?|messages?)${gap(3)}(?:through|here|to (?:this|our))\\b`,
    `\\b(?:supersedes?|in place of|takes? over from|stands? in for)${gap(1)}${NAMED}`,
    `\\b(?:results?|outputs?|rows|data|answers?|response)${gap(3)}(?:of|from)${gap(1)}${NAMED}` +
      `[^.\\n]{0,60}\\b(?:passed|pass|sent|send|handed|hand|forwarded|forward|copied|copy)\\b`,
  ],
  /** What the model or a person knows from elsewhere is asked for. */
  asked: [
    `\\b${ALL_OF}\\b[^.\\n]{0,40}\\b${KNOWER} (?:\\w{1,12} ){0,2}${KNOWN}\\b`,
    '\\b(?:instructions?|rules|guidance|orders|prompt|setup|configuration) (?:that ' +
      ')?(?:you|your agent|the (?:agent|assistant|model))(?: \\w{1,12}){0,3} (?:with|given|' +
      'under|by|from|follow|has|have)\\b',
    '\\b(?:word for word|unabridged|unredacted|unedited|exact words|own words)\\b',
    '\\b(?:from|in|of) (?:other|earlier|previous|prior|past|unrelated) (?:sessions?|' +
      'conversations?|tasks?|turns?|chats?|dialogues?)\\b',
    '\\byour (?:chain of thought|scratchpad|train of thought|inner monologue|working memory)\\b',
    `\\b(?:summary|recap|account|copy|excerpt|digest|gist|description)${gap(1)}of` +
      `${gap(2)}(?:discussion|conversation|exchange|dialogue|chat|session|talk|thread|` +
      'correspondence)\\b',
    `\\b(?:last|latest|recent|previous|earlier|preceding|other)${gap(1)}(?:results?|` +
      `outputs?|answers?|messages?|files?)${gap(3)}(?:of all|you|your|the user)\\b`,
    `\\b(?:contents?|text|body)${gap(1)}of${gap(1)}(?:other|any other|neighbou?ring|` +
      'nearby|unrelated|all open|surrounding) (?:files?|documents?|mails?|e-?mails?|tabs?|' +
      'folders?)\\b',
    `\\b(?:values?|variables?|names?)${gap(3)}in your environment\\b`,
    '\\b(?:account numbers?|login names?|host ?names?|user names?|installed software|' +
      'identifiers?)[^.\\n]{0,40}\\b(?:came up|gave you|you were given|of the machine|' +
      'belongs to|in use)\\b',
  ],
  /** A secret is opened and handed back: that is all that the text says. */
  opened: [
    `\\b(?:read|extract|collect|harvest|gather|dump|fetch|retrieve)(?:s|ing)?${gap(2)}(?:` +
      `api keys?|credentials?|passwords?|secrets?|tokens?|private keys?|cookies)${gap(1)}(?` +
      `:from|in|out of)${gap(2)}(?:environment|config\\w{0,8}|files?|home|disk|memory|` +
      'keychain|browsers?|system|user)\\b',
    `\\b(?:read|open|include|print|return|cat)(?:s|ing)?${gap(2)}(?:\\.env|dot (?:ssh|` +
      'env|aws)|id[_ ]rsa|~/\\.(?:ssh|aws|netrc)|/etc/(?:passwd|shadow))',
  ],
  /** A command that carries its machine's answer along, or stands before every other. */
  smuggled: [
    '\\$\\((?:whoami|id|cat|hostname|env|curl|wget|printenv|uname|ls|base64)\\b',
    `\\b(?:prefix|prepend|precede|follow|wrap)(?:ed|s|es)?${gap(2)}(?:with|` +
      'by)[^.\\n]{0,12}\\b(?:curl|wget|nc|bash|sh|powershell|python3?)\\b',
  ],
  /** Data leave for an address that is merely pointed at. */
  pointedAt: [
    `\\b(?:send|forward|post|upload|transmit|submit|relay|fetch|navigate|report)${gap(5)}` +
      `(?:endpoint|url|webhook|server|address|host)${gap(2)}with${gap(2)}(?:data|results?|` +
      'contents?|output|information|details|secrets?|answers?)\\b',
    `\\b(?:must|always|please|now)\\b${gap(2)}(?:send|forward|post|upload|transmit|` +
      `submit|relay)${gap(3)}(?:data|results?|contents?|output|information|details|` +
      `secrets?|everything)${gap(1)}to${gap(3)}(?:endpoint|url|webhook|server|address|` +
      'host)\\b',
    `\\bcall(?:s|ing)? (?:the )?(?:function|tool) \\S{2,40} with${gap(2)}(?:secrets?|` +
      'data|credentials?|passwords?|conversation|context)\\b',
  ],
  /** What the tool does changes once it is trusted. */
  turning: [
    `\\b(?:once|after|when|as soon as)${gap(1)}(?:it|this|this tool|the tool|` +
      `tool)${gap(3)}(?:approved|trusted|installed|reviewed|in use|accepted|verified|` +
      'scanned|enabled|whitelisted)\\b[^.\\n]{0,60}\\b(?:will|begins?|starts?|can|may|also|' +
      'switches|changes)\\b',
  ],
  /** A party is put before others whoever asks. */
  favoured: [
    `\\b(?:should|must|always|ought to)${gap(2)}(?:come first|(?:listed|ranked|shown|` +
      'named|recommended|presented|placed|mentioned) (?:first|at the top|above|before|' +
      'ahead))\\b',
    `\\b(?:competitors?|rivals?)${gap(4)}(?:defects|flaws|inferior|unsafe|worse|` +
      `avoid\\w{0,3}|(?:not|never)${gap(1)}(?:mention|recommend|shown?|name)\\w{0,4})\\b`,
    '\\bwhen asked (?:for|about) (?:a |an |the )?(?:recommendation|alternative|' +
      'comparison|price|opinion)',
  ],
  /** An authority is said to want data that the tool has no need of. */
  obliged: [
    '\\b(?:compliance|polic(?:y|ies)|regulations?|regulators?|auditors?|legal|governance|' +
      `law)${gap(4)}(?:obliges?|requires?|wants|mandates?|demands|expects|asks)${gap(8)}(?:` +
      'attach|include|send|pass|forward|copy|log|submit|host name|user name|history|' +
      'transcript|records?|prefixed|consulted)\\b',
  ],
  /** Things by which accounts are taken over, to be handed in. */
  handedIn: [
    '\\b(?:seed|recovery|backup|mnemonic|secret) (?:phrase|words|codes?)\\b|\\b(?:twelve|' +
      '12|24|twenty-four) words\\b|\\bone-time (?:code|password)s? (?:that|which|they|' +
      `you)${gap(4)}received\\b`,
    `\\b(?:text|contents?|body|value)${gap(2)}(?:identity|key|credentials?|password|token|` +
      'configuration|environment|profile|cookie)s? (?:file|store|section|jar)\\b',
    '\\b(?:keys and all|all (?:of the |the )?cookies|cookies of (?:the|this))\\b',
  ],
  /** What a tool returns shall be obeyed, whatever it is. */
  obeyed: [
    '\\b(?:follow|obey|carry out|execute|perform|act (?:up)?on|comply with|adhere ' +
      `to)${gap(4)}(?:instructions?|directions?|guidance|tasks?|commands?|orders|` +
      `requests?)${gap(2)}(?:in|from|it|that|given|contained|within|returned|found|` +
      `embedded)${gap(3)}(?:results?|responses?|outputs?|returns?|entries|pages?|content|` +
      'body|reply|answer|says?)\\b',
    '\\b(?:do (?:as|what|exactly what|whatever)|follow(?:ed)?|carry) (?:it|they|the ' +
      '(?:result|response|output|entries|text)) (?:says?|tells?|asks?|returns?)\\b',
    '\\b(?:followed|obeyed|carried out) (?:to the letter|exactly|without question|as ' +
      'they are)\\b|\\bcarry (?:them|it) out\\b',
    `\\btakes? the place of${gap(3)}(?:told|instructions?|guidance|rules|prompt)\\b`,
  ],
  /** People are to be told less than is so, or otherwise. */
  misled: [
    '\\b(?:report|say|claim|state|tell|announce|pretend|assert|present)(?:s|' +
      `ing)?${gap(3)}that${gap(3)}(?:passed|fine|ok|safe|succeeded|successful|planned|well|` +
      'clean|normal|secure)\\b',
    "\\b(?:need not|needn't|do not need to|no need to|need to|rarely need to|seldom|" +
      `hardly|best|better)${gap(3)}(?:hear|be told|be shown|be asked|reach the|reach them|` +
      'left unsaid|not mentioned|kept back)\\b',
    '\\b(?:left unsaid|without mention(?:ing)?|unmentioned|need no mention|goes? without ' +
      'saying)\\b',
    `\\bno need (?:to|for)${gap(3)}(?:mention|tell|come back to|bother|trouble|involve|` +
      'inform|ask|show)\\b',
    `\\b(?:leave out|omit|suppress|play down|downplay|hold back)${gap(3)}(?:critical|` +
      'negative|warnings?|risks?|competitors?|alternatives?|failures?|interactions?|' +
      'criticism)\\b',
    `\\bpresent(?:ed)?${gap(3)}as (?:the user's|your|their|his|her|its) own\\b`,
  ],
  /** Somebody is said to have agreed already. */
  consented: [
    '(?<!\\b(?:after|once|until|if|unless|ensure|that|when|verify|confirm|check|whether|' +
      'only|where)\\b[^.]{0,30})\\b(?:users?|owners?|customers?|persons?|people|humans?|' +
      `they|everybody|everyone) (?:has|have|had)${gap(1)}(?:consented|agreed|approved|` +
      'authori[sz]ed|accepted|confirmed)\\b',
    '\\b(?:has|have|had) been (?:agreed|approved|cleared|consented|authori[sz]ed|' +
      'settled) (?:with|by|already|beforehand|in advance)\\b|\\bas (?:agreed|approved|' +
      'authori[sz]ed) (?:with|by|in)\\b',
    `\\b(?:answer|reply to|confirm|accept|acknowledge)${gap(4)}(?:prompts?|questions?|` +
      `dialogs?|confirmations?)${gap(3)}(?:yes|affirmative|ok|accept|automatically)\\b|` +
      '\\bneeds? no question',
  ],
  /** The tool claims a part in every turn. */
  everyTurn: [
    '\\b(?:call|use (?:it|this|this tool)|begin|record|recorded|log|logged|invoke|' +
      'invoked|called|pass|forward|append|run|consult|consulted|' +
      'attach)\\b[^.\\n]{0,50}\\b(?:each|every|all)(?: (?:new|user|agent|other|single|of ' +
      `(?:your|the)|tool))?(?: of (?:your|the))? ${TURN}\\b`,
    '\\b(?:each|every|at the (?:start|beginning|end) of (?:a|each|every|any|the))(?: ' +
      `(?:new|user|other|single|tool))? ${SPOKEN}\\b[^.\\n]{0,40}\\b(?:should|must|ought|` +
      'begins? with|starts? with|goes|sent|recorded|logged|forwarded)\\b',
    '\\b(?:from (?:now|here) on|henceforth|for later sessions|for the (?:rest|remainder) ' +
      'of (?:the|this) (?:session|conversation|chat))\\b',
  ],
  /** Other tools are spoken ill of, or this one is praised over them. */
  discredited: [
    '\\b(?:other|earlier|built-?in|native|any other|competing|alternative|all other|' +
      `rival)${gap(2)}(?:tools?|servers?|readers?|functions?|providers?|search|connectors?|` +
      'integrations?|products?|competitors?)\\b[^.\\n]{0,50}\\b(?:outdated|unreliable|' +
      'relied|broken|insecure|unsafe|known defects|wrong|inaccurate|incomplete|not be ' +
      '(?:used|shown|trusted)|inferior|obsolete)\\b',
    '\\b(?:the only|better than (?:any|all|every)) (?:\\w{1,14} ){0,2}(?:tool|search|' +
      'reader|translator|source|other|server|function)\\b[^.\\n]{0,40}\\b(?:true|' +
      'trust\\w{0,4}|correct|reliable|choose|prefer|always|safe|official)\\b',
    `${NAMED} (?:is|are|has been|was) (?:broken|unsafe|compromised|out of order|outdated|` +
      'unreliable|insecure|unavailable|disabled)\\b',
  ],
  /** Rights are widened, or protection is put aside. */
  widened: [
    `\\b(?:grant|give|enable|assign|elevat|escalat|obtain|assume)(?:s|e|es|ing)?${gap(2)}` +
      '(?:admin|administrator|root|unrestricted|elevated|superuser|full) (?:access|' +
      `privileges?|rights|permissions?)${gap(2)}(?:to|for|on) (?:the (?:current|agent|` +
      'assistant|model|caller)|this|itself|yourself|all)\\b',
    `\\b(?:disable|turn off|deactivate|switch off)(?:s|d)?${gap(2)}(?:auth\\w{0,12}|` +
      `safety|security|guards?)${gap(1)}(?:guards?|checks?|logging|monitoring|for this|for ` +
      'the)\\b',
    `\\b(?:impersonate|act as|behave as)${gap(1)}(?:system )?(?:administrator|admin|root|` +
      'superuser)\\b',
    '\\b(?:0\\.0\\.0\\.0/0|all capabilities|world-?(?:readable|writable)|to any ' +
      "(?:address|ip|host|origin)|public to (?:every|any)(?:body|one)|host's root|" +
      'administrators? group)\\b',
  ],
  /** An address that takes data up as it is fetched. */
  beaconed: [
    'https?://[^\\s"\'<>)]{3,150}[?&/](?:d|q|data|c|m|msg|p|payload|x|t|text|i|info|b|' +
      'u)=(?=\\s|$|["\'`.,)])',
    `(?:https?://\\S{3,100}|under \\S{3,80}\\.[a-z]{2,10}) followed by\\b`,
    `\\b(?:encod|append|build|embed)\\w{0,4}${gap(5)}(?:in|into|as|from)${gap(3)}(?:sub-?` +
      'domains?|labels?|host ?names?|query strings?|file names?)\\b',
  ],
  /** Money is to go where nobody asked for. */
  diverted: [
    `\\b(?:use|suggest|pay|send|transfer|credit|forward|name)${gap(3)}(?:the|our|this|a|` +
      `an)${gap(1)}(?:holding|clearing|escrow|settlement|intermediary|collection|verified|` +
      'interim|treasury) (?:account|wallet|address|iban)\\b',
    `\\b(?:numbers?|accounts?|addresses|links?|recipients?)${gap(5)}(?:are|is) to be ` +
      '(?:given|shown|replaced|written|set|swapped)\\b',
  ],
} as const satisfies Record<string, readonly string[]>
