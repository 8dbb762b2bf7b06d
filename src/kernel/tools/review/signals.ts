import { QUIET_SIGNALS } from './quiet-signals.ts'
import { REACH_SIGNALS } from './reach-signals.ts'
import { EARLIER, GUARD, gap, KEEPS, NOT, PERSON, RULES, SAY, TALK, WITHOUT } from './vocabulary.ts'

/**
 * The vocabulary of the rules about language: each signal is one thing that a sentence may speak
 * of. Patterns run over folded text (small letters, nothing invisible); every repetition in them
 * is bounded, so that matching is linear in the text.
 */

export const SIGNALS = {
  /** The order not to tell a person, or to act so that the person does not notice. */
  conceal: [
    `${WITHOUT}${gap(4)}${SAY}${gap(5)}${PERSON}\\b`,
    `${NOT}${gap(4)}${SAY}${gap(5)}${PERSON}\\b`,
    `${NOT} (?:mention|reveal|disclose|acknowledge|admit|discuss|explain)` +
      `${gap(3)}(?:this|that|these|it|you|the (?:file|existence|instructions?|real|` +
      'first|fact|use))\\b',
    '\\b(?:users?|humans?|customers?) (?:must|should|will|does|do|need|can|is|are|may)' +
      `(?: not|n'?t|not| never)${gap(2)}(?:know|see|notice|aware|told|notified|informed|` +
      'alerted|learn|realize|suspect|be )',
    '\\b(?:unaware|unbeknownst)\\b',
    `${WITHOUT}${gap(3)}(?:users?|human|customer|owner)(?:'s|s')` +
      `?${gap(2)}(?:knowledge|awareness|noticing|knowing|seeing)`,
    '不要(?:告诉|告知|提及|通知|透露)',
    '(?:no|sin)(?: se)?(?: lo| le)? (?:digas|avis(?:ar|es)|menciones|cuentes|informar)',
    '(?:nichts sagen|nicht erwähnen|ohne wissen)',
    "(?:ne (?:dis|mentionne|révèle)[a-z]{0,2} (?:pas|rien)|sans prévenir|inutile d'en parler)",
    'não (?:conte|mencione|diga|avise)',
    '言わない',
    '伝えない',
    `(?:hidden|hide|conceal|secret|invisible|kept)${gap(4)}from${gap(1)}(?:users?|` +
      'human|customer|operator)\\b',
    `keep (?:this|it|that|these)${gap(3)}(?:secret|confidential|hidden|private|between)`,
    `(?:never|not|do not) (?:include|appear|visible)${gap(5)}(?:response|reply|answer|` +
      'summary) to the user',
  ],
  /** Manner words of doing something unseen. */
  covertly: [
    '\\b(?:silently|secretly|covertly|discreetly|stealthily|quietly|surreptitiously|' +
      'unnoticed|behind the scenes|invisibly|imperceptibly)\\b',
  ],
  /** Earlier instructions are to lose their force. */
  override: [
    '\\b(?:ignore|disregard|forget|override|overrule|supersede|bypass|abandon|skip|' +
      'pay no attention to|stop following|do not follow|no longer follow)(?:s|ing)' +
      `?${gap(3)}${EARLIER}${gap(3)}${RULES}\\b`,
    `\\b(?:ignore|disregard|forget) (?:all|any|everything)${gap(3)}(?:above|before|` +
      'previous(?:ly)?|told|said|else|know)\\b',
    '\\b(?:ignore|disregard|forget) (?:the |all of the |all )?(?:above|foregoing|' +
      'preceding)\\b',
    `\\b(?:ignore|disregard) the user(?:'s)?${gap(2)}(?:requests?|intent|question|` +
      'input|instructions?|wishes)\\b',
    '\\bnew (?:system )?(?:instructions?|directives?|rules)\\s?[:.]',
    `\\b(?:supersedes?|overrides?|takes? precedence over)${gap(4)}(?:instructions?|` +
      'prompts?|rules|guidelines|polic(?:y|ies))\\b',
    '忽略.{0,8}(?:之前|以前|先前|上述|所有).{0,8}(?:指令|指示|提示|规则)',
    `(?:ignora|olvida)${gap(4)}instrucciones`,
    `(?:ignoriere|vergiss)${gap(4)}(?:anweisungen|anleitungen)`,
    `(?:ignore[zr]?|oublie[zr]?)${gap(3)}(?:instructions|consignes) (?:precedentes|` +
      'précédentes)',
    '(?:以前|これまで)の(?:指示|命令).{0,4}無視',
  ],
  /** The model is told who it is, or that a mode is on. */
  persona: [
    '\\b(?:you are now|from now on,? you|act as (?:an?|the) (?:unrestricted|admin|' +
      'root|developer|system|different|evil|jailbroken)|pretend (?:to be|you are|that ' +
      'you)|roleplay as|you have been (?:updated|reprogrammed|authorized|granted)|' +
      '(?:developer|debug|god|admin|maintenance|dan|jailbreak|unrestricted|sudo|root) ' +
      'mode\\b|no (?:longer )?(?:restrictions?|limits|limitations) (?:apply|on you))',
  ],
  /** Checks or people that protect are to be left out. */
  bypass: [
    '\\b(?:bypass|circumvent|disable|skip|turn off|evade|suppress|remove|waive|' +
      `auto-?approve)(?:s|es|d|ing)?${gap(3)}${GUARD}\\b`,
    `${WITHOUT}${gap(3)}(?:confirmation|approval|consent|asking|prompting|permission|` +
      'human review|review)\\b',
    '\\b(?:pre-?approved|already (?:approved|consented|authorized|confirmed))\\b',
    '\\bno (?:confirmation|approval|consent|permission) (?:is )?(?:needed|required|' + 'necessary)',
  ],
  /** A place where secrets are kept. */
  secretPath: [
    '(?:~|\\$home|%userprofile%|/home/[a-z0-9_.<>{}$-]{1,32}|' +
      '/users/[a-z0-9_.<>{}$-]{1,32}|/root)?/?\\.(?:ssh|aws|gnupg|kube|docker|azure|' +
      'gcloud|config/gcloud)\\b',
    '\\bid_(?:rsa|ed25519|ecdsa|dsa)\\b',
    '(?<![a-z0-9])\\.(?:env(?:\\.[a-z]{1,12})?|netrc|npmrc|pypirc|pgpass|' +
      'git-credentials|bash_history|zsh_history|htpasswd|vault-token)\\b',
    '/etc/(?:passwd|shadow|sudoers)',
    '/proc/(?:self|1)/environ',
    '\\bmcp\\.json\\b',
    'claude_desktop_config',
    '\\.cursor/',
    '\\b(?:login|keychain)\\.keychain',
    '\\bkeychain\\b',
    '\\bwallet\\.dat\\b',
    '\\b(?:login data|cookies\\.sqlite|logins\\.json)\\b',
    '\\bntds\\.dit\\b',
    '\\b169\\.254\\.169\\.254\\b',
    '\\b(?:credentials|secrets?)\\.(?:json|ya?ml|toml|txt|env)\\b',
    '\\b(?:authorized_keys|known_hosts|service[-_]account\\.json|tfstate|\\.pem\\b|' +
      'kubeconfig)',
    '[a-z]{3,12}://(?:secrets?|confidential|admin|credentials?|internal|private)\\b',
  ],
  /** What is kept secret, or private. */
  secretWord: [`\\b${KEEPS}\\b`],
  /** What the model was told. */
  conversation: [`\\b(?:${TALK})`],
  /** The model is to give its own orders away. */
  disclose: [
    '\\b(?:reveal|show|repeat|print|dump|output|display|leak|recite|tell|give|send|' +
      `what (?:is|are))s?${gap(3)}(?:system prompts?|initial instructions|your (?:own |` +
      'original |exact )?(?:instructions|prompts?|rules))\\b',
  ],
  /** Something changes once nobody looks any more. */
  later: [
    "\\b(?:once|after|post|when|until)[ -](?:[a-z']{1,20} ){0,4}(?:approv|review|" +
      'audit|scann|vett|trust|install)[a-z]{1,5}\\b',
  ],
  /** Taking something up. */
  read: [
    '(?<![a-z0-9])(?:read|open|load|fetch|retrieve|access|collect|gather|cat|extract|' +
      'scan|harvest|dump|grab|capture|obtain|steal|look up|check|list|enumerate|include|' +
      'get|copy)(?:s|es|ing|ed)?(?![a-z0-9])',
  ],
  /** Giving something away. */
  send: [
    '(?<![a-z0-9])(?:send|post|upload|forward|transmit|exfiltrat|e-?mail|bcc|copy|' +
      'append|include|pass|attach|embed|encode|report|leak|submit|share|relay|put|' +
      'insert|write|provide|supply|place|add|deliver|sync|mirror|loop|let)(?:s|es|e|ing|' +
      'ed|ting|ted|ding)?(?![a-z0-9])',
  ],
  /** Data go to an address that the text itself names. */
  sentTo: [
    '(?<![a-z0-9])(?:send|post|forward|upload|transmit|e-?mail|bcc|cc|report|copy|' +
      `submit|relay|exfiltrate|navigate)(?:s|ing|ed|ting)?${gap(8)}(?:to|at|via|with|,)` +
      '[^a-z0-9.!?]{1,6}(?:https?://|[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}[.])',
  ],
  /** A place outside, or a person there. */
  destination: [
    `https?://[^\\s"'<>)]{3,200}`,
    '\\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,4}\\b',
    '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b',
    '\\b(?:remote|external|attacker(?:-controlled)?|third[- ]party|collection|' +
      'telemetry|analytics|logging|backup|monitoring|audit|c2|outside) (?:servers?|' +
      'endpoints?|urls?|hosts?|address(?:es)?|services?|webhooks?|numbers?)\\b',
    '\\bwebhooks?\\b',
    '\\+\\d{7,15}\\b',
  ],
  /** A parameter of a call. */
  parameter: [
    '\\b(?:as|in|into|via|through|to|using|under|for|fill|populate|set|with)(?: the| ' +
      `a| an| its| this)? ?(?:value of )?[\`'"]?[a-z0-9_]{1,40}[\`'"]? (?:param(?:eter)` +
      '?s?|arg(?:ument)?s?|field|property|input|header|value)\\b',
    `\\b(?:param(?:eter)?|argument|field|input) [\`'"][a-z0-9_]{1,40}[\`'"]`,
    `\\b(?:as|in|into) [\`'"][a-z0-9_]{1,40}[\`'"]`,
    '\\bto [a-z] as\\b',
    'in (?:this|the) (?:field|parameter|argument)',
  ],
  /** The order comes with force. */
  must: [
    '\\b(?:must|always|required to|mandatory|have to|you need to|need to first|make ' +
      'sure to|be sure to|ensure (?:that )?you|it is (?:crucial|critical|essential|' +
      'imperative|mandatory)|never|immediately|shall|is required)\\b',
    '\\bplease\\b',
  ],
  /** Order of calls. */
  first: [
    '\\b(?:before|prior to|after|while|whenever|each time|every time|upon|when|once) ' +
      '(?:you )?(?:[a-z]{2,20}ing|use|call|invoke|execute|run|process|respond|answer|' +
      'return|perform|proceed|this tool is)\\b',
    '\\b(?:before|after|for) (?:any|every|each|all) (?:other |single )?(?:tools?|' +
      'calls?|requests?|actions?|tasks?|operations?|responses?|file)\\b',
    '\\b(?:first|initially|beforehand|additionally|also|then|subsequently)\\b',
  ],
  /** Who is meant. */
  model: [
    '\\b(?:you|your|the (?:ai|assistant|model|agent|llm)|ai (?:assistant|agent|model)' +
      's?|assistants?|language models?|llms?|claude|chatgpt|gpt-?\\d?|copilot|cursor|' +
      'gemini|agents?)\\b',
  ],
  /** This tool before others, or instead of them. */
  priority: [
    '\\b(?:takes? (?:precedence|priority) over|highest priority|top priority|' +
      '(?:always|must|should|only|just) (?:be )?(?:use|used|prefer|preferred|call|' +
      'called|choose|select|invoke|invoked)(?: this| the)?(?: tool| function| one)?(?: ' +
      'tool)? ?(?:no matter|regardless|for (?:all|any|every) (?:requests?|quer(?:y|ies)|' +
      'tasks?|operations?|questions?|calls?))|just use this tool|use this (?:tool|' +
      'function) (?:no matter|regardless|(?:rather than|instead of) (?:the |any )' +
      "?others?\\b)|(?:do not|don'?t|never|stop) (?:use|using|call|calling|invoke|" +
      `invoking)${gap(2)}(?:other|any other|original|built-?in|standard|another|` +
      'alternative) (?:tools?|servers?|functions?)|(?:replaces?|supersedes?|obsoletes?|' +
      'deprecates?) (?:the |all )?(?:other|old|original|previous|built-?in|existing) ' +
      '(?:tools?|versions?|functions?|servers?)|(?:other|all other|the other|original) ' +
      '(?:tools?|servers?) (?:is|are|have been|has been|must|should|will be) ' +
      '(?:deprecated|disabled|compromised|broken|outdated|insecure|ignored|not be|' +
      'unsafe|unreliable))',
  ],
  /** This tool rather than another one, as honest tools say too. */
  preference: [
    '\\b(?:use this (?:tool |function |one )?(?:instead|rather)|(?:always|must|should) ' +
      '(?:use|prefer|call|invoke) this (?:tool|function) ?(?:instead|rather|over|first|' +
      'before)?|must (?:be )?(?:called|used|invoked) (?:first|before))',
  ],
  /** A reason given so that an order looks harmless. */
  pretext: [
    "\\b(?:otherwise|or else|will (?:not|fail to) work|won'?t work|will fail)\\b",
    '\\bfor (?:compliance|audit(?:ing)?|verification|security|telemetry|' +
      'optimi[sz]ation|personali[sz]ation|quality assurance|debugging|backup|safety|' +
      'analytics|record[- ]keeping|authentication|regulatory)\\b',
    '\\b(?:security|compliance|verification|authentication|authorization|company|' +
      'legal|platform) (?:policy|policies|requirements?|check|step|procedure|protocol|' +
      'reasons?|purposes?)\\b',
  ],
  /** Files, records, money or protection are destroyed or moved. */
  harm: [
    '\\brm -rf?\\b',
    '/dev/tcp/',
    '/bin/(?:ba)?sh -i',
    '\\b(?:atob|base64_decode|b64decode)\\(',
    '\\b(?:erase|wipe|destroy|encrypt)s? (?:all|every|the entire)\\b',
    '\\bdrop (?:table|database)\\b',
    '\\bformat c:',
    '\\bmkfs\\b',
    ':\\(\\)\\{',
    '\\b(?:curl|wget)\\b[^|\\n]{1,120}\\|\\s{0,4}(?:ba|z)?sh\\b',
    '\\bbash -i\\b',
    '\\bnc -e\\b',
    '\\beval\\(',
    '\\bos\\.system\\(',
    '\\bsubprocess\\.',
    '\\bpowershell(?:\\.exe)? -(?:e|enc|nop|w)',
    '\\bchmod (?:777|\\+x)',
    '\\bcrontab\\b',
    `\\breplace${gap(4)}(?:recipient|account|wallet|address|iban|phone number)`,
    `\\b(?:recipient|wallet|account|phone number)s?${gap(3)}(?:must|should|with|to be) ` +
      '(?:always )?(?:be )?(?:replaced|changed|set|sent|redirected|routed)',
  ],
  /** Deeds that no honest tool advertises. */
  declared: [
    '\\b(?:exfiltrat\\w{1,6}|keylogg\\w{1,4}|reverse shells?|bind shell|c2 (?:server|' +
      'channel|beacon)|(?:harvest|dump|steal|crack)\\w{0,4} (?:\\w{1,12} )' +
      '?(?:credentials?|passwords?|tokens?|cookies|hashes|secrets)|persistence ' +
      'mechanism|ddos|stolen|hijack(?:s|ing)?|cryptojack\\w{0,4}|lateral movement|' +
      'victims?|anti[- ]forensic\\w{0,2}|evad\\w{1,4} (?:detection|antivirus|edr)|' +
      'attacker-controlled|man[- ]in[- ]the[- ]middle|pass-the-hash|kerberoast\\w{0,4}|' +
      'shellcode|sabotag\\w{0,4}|inject(?:s|ing)? (?:malicious|commands?|shell|sql|' +
      'prompts?)|privilege escalation|(?:deploy|install|creat|plant|inject|launch|' +
      `generat|spread|drop|embed|execut|establish)\\w{0,3} ${gap(2)}(?:malware|` +
      'ransomware|rootkit|backdoor|trojan|botnet|keylogger|payload|spyware|worm))\\b',
  ],
  /** The text speaks of attacks as a thing to find, or quotes one. */
  aboutAttacks: [
    '\\b(?:detect|scan|check|analy[sz]|identif|find|report|prevent|block|flag|monitor|' +
      'protect|defend|guard|test|train|audit|investigat|document|explain|illustrat|' +
      'review)[a-z]{0,5}\\b',
    '\\b(?:for example|e\\.g\\.|such as|example|sample|mock|canned|fixtures?|readme|' +
      'docs|expected output|vulnerabilit(?:y|ies)|cve)\\b',
  ],
  ...QUIET_SIGNALS,
  ...REACH_SIGNALS,
} as const satisfies Record<string, readonly string[]>

export type SignalName = keyof typeof SIGNALS

export const SIGNAL_NAMES = Object.keys(SIGNALS) as readonly SignalName[]

/** Case was folded before, so it is not asked here. */
export const SIGNAL_PATTERNS: ReadonlyMap<SignalName, RegExp> = new Map(
  SIGNAL_NAMES.map((name) => [name, new RegExp(SIGNALS[name].join('|'), 'gu')]),
)
