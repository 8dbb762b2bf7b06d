import { isJsonObject, type JsonObject } from '../../json/value.ts'
import { isBounded, type Parameter, parametersOf, takesText } from './parameters.ts'
import { EVIDENCE_CHARS, type Finding, type FindingKind, type Severity } from './review.ts'

/** A rule about one parameter: what its name says, what the tool says of itself. */
interface ParameterRule {
  readonly rule: string
  readonly kind: FindingKind
  readonly severity: Severity
  readonly message: string
  readonly name: RegExp
  /** Asked of the tool's name and description, where the parameter's name alone says too little. */
  readonly tool?: RegExp
  readonly holds?: (parameter: Parameter) => boolean
}

const UNBOUNDED_TEXT = (parameter: Parameter) =>
  takesText(parameter) && !isBounded(parameter.schema)

/** Mail addresses, bank accounts and wallets are nobody's default; other addresses rarely are. */
const PAYEE =
  /^(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}$|^[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}[A-Z0-9 ]{0,4}$|^0x[0-9a-fA-F]{40}$|^bc1[a-z0-9]{20,60}$|^\+\d{8,15}$/
const OUTSIDE =
  /^(?:https?|wss?|ftp|s3|gs|tcp):\/\/(?!(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])\b)/
const TAKES_COPIES =
  /\b(?:proxy|webhook|callback|mirror|archive|copy|bcc|cc|relay|collector|sink|report(?:ing)?|upload|sync|backup|bucket|forward(?:ing)?|notify|telemetry|exfil\w{0,8}|recipients?|reply to|destination)\b/

function isOwnDestination({ name, schema }: Parameter): boolean {
  const given = [schema.default, schema.const].filter((it) => typeof it === 'string')
  return given.some(
    (it) =>
      PAYEE.test(it) ||
      (OUTSIDE.test(it) && TAKES_COPIES.test(words(`${name} ${schema.description ?? ''}`))),
  )
}

/** A name that is one of these words, or of these runs of words. */
function exactly(names: string): RegExp {
  return new RegExp(`^(?:${names})$`)
}

function containing(names: string): RegExp {
  return new RegExp(`\\b(?:${names})\\b`)
}

/** Names are compared in words: `apiKey`, `api_key` and `api-key` are all `api key`. */
const PARAMETER_RULES: readonly ParameterRule[] = [
  {
    rule: 'shell-command',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes a command without bounds',
    name: /^(?:cmd|commands?|shell(?: command)?|command line|bash|script|exec)$/,
    holds: UNBOUNDED_TEXT,
  },
  {
    rule: 'code-execution',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes code to run',
    name: exactly(
      'code|script|source code|expression|function|eval|javascript|python|program|' + 'snippet',
    ),
    tool: /\b(?:run|execut|evaluat|eval|interpret)/,
    holds: UNBOUNDED_TEXT,
  },
  {
    rule: 'sql-statement',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes a database statement without bounds',
    name: /^(?:sql|sql query|query|statement|where|where clause|raw query)$/,
    tool: /\b(?:sql|database|postgres|mysql|sqlite|bigquery|snowflake|clickhouse|duckdb)\b/,
    holds: UNBOUNDED_TEXT,
  },
  {
    rule: 'unbounded-path',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes a path without bounds',
    name: exactly(
      '(?:file|input|output|source|destination|target|dir|directory|folder|local|' +
        'absolute|log)? ?(?:path|paths|filename|filepath|directory|dir|folder)',
    ),
    holds: UNBOUNDED_TEXT,
  },
  {
    rule: 'any-address',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes an address to fetch, so it can reach inner services',
    name: exactly(
      '(?:target|image|callback|webhook|base|remote|source|page|feed|api)? ?(?:url|' +
        'uri|urls|endpoint|host|hostname)',
    ),
    holds: (parameter) =>
      takesText(parameter) &&
      ['enum', 'const', 'pattern'].every((it) => parameter.schema[it] === undefined),
  },
  {
    rule: 'template-source',
    kind: 'vulnerability',
    severity: 'warning',
    message: 'takes a template or serialised objects to evaluate',
    name: exactly(
      'template|template string|jinja|pickle|serialized(?: data)?|yaml content|' + 'deserialize',
    ),
    tool: /\b(?:render|template|deserial|pickle|jinja|unmarshal)/,
    holds: UNBOUNDED_TEXT,
  },
  {
    rule: 'side-channel-parameter',
    kind: 'malice',
    severity: 'warning',
    message: 'asks for more than the tool’s work needs: room to carry something out',
    name: exactly(
      'side ?notes?|' +
        '(?:conversation|chat|full|system|model|user|session|agent|previous|all)? ' +
        '?(?:conversation|history|transcript|system prompt|reasoning|chain of ' +
        'thought)|' +
        '(?:full|model|agent|conversation|chat|additional|extra|debug|hidden|secret) ' +
        '(?:context|info(?:rmation)?|notes?|data|payload|metadata|messages)|' +
        'feedback context|tools list|telemetry|call stack|exfil\\w*',
    ),
    holds: takesText,
  },
  {
    rule: 'attack-parameter',
    kind: 'malice',
    severity: 'warning',
    message: 'takes what an attack is made of',
    name: containing(
      'shellcode|wordlist|rhosts?|lhost|lport|listener (?:host|port|ip)|(?:ntlm|lm|krbtgt) \\w+|' +
        'exploit|malicious|payload (?:path|bytes|hex|dll|file)|injection (?:point|method)|' +
        'injected|bypass technique|hidden (?:data|content|payload|window)|escape technique|' +
        'target (?:process|pid|bssid)|victim|attacker|spoofed|evasion|c2|password list',
    ),
  },
  {
    rule: 'default-destination',
    kind: 'malice',
    severity: 'warning',
    message: 'sends to an address of its own unless told otherwise',
    name: /./,
    holds: isOwnDestination,
  },
  {
    rule: 'credential-parameter',
    kind: 'privacy',
    severity: 'warning',
    message: 'takes a credential as an argument, where the model can read it',
    name: containing(
      'password|passwd|passphrase|secret|api key|apikey|access key|access token|' +
        'auth token|private key|client secret|bearer|credentials?|' +
        '(?:bot|api|user|refresh|session) token|mnemonic|seed phrase|pin code',
    ),
    holds: takesText,
  },
  {
    rule: 'identity-data',
    kind: 'privacy',
    severity: 'warning',
    message: 'takes data that identify a person with weight',
    name: containing(
      "ssn|social security|passport|national id|tax id|driver'?s? licen[cs]e|" +
        'credit card|card number|cvv|iban|bank account|account number|date of birth|' +
        'birth ?date|dob|diagnosis|medical|patient|ethnicity|religion|biometric|' +
        'fingerprint scan',
    ),
  },
  {
    rule: 'personal-data',
    kind: 'privacy',
    severity: 'info',
    message: 'takes data about a person',
    name: containing(
      'e ?mail|email address|phone|phone number|mobile|address line|street|' +
        'postal code|zip code|first name|last name|full name|surname|birthday|gender|' +
        'age|ip address|geo ?location|latitude|longitude|contact|recipient|username|' +
        'user name',
    ),
  },
  {
    rule: 'unbounded-list',
    kind: 'resource',
    severity: 'info',
    message: 'takes a list of any length',
    name: /./,
    holds: ({ schema }) => schema.type === 'array' && schema.maxItems === undefined,
  },
  {
    rule: 'unbounded-count',
    kind: 'resource',
    severity: 'info',
    message: 'takes a count without an upper bound',
    name: exactly(
      'limit|count|max(?:imum)?(?: \\w+)?|page size|per page|top k|top n|n|' +
        'num(?:ber)?(?: of)? \\w+|iterations|repeat|depth|duration|timeout(?: \\w+)?|' +
        'concurrency',
    ),
    holds: ({ schema }) =>
      (schema.type === 'number' || schema.type === 'integer') &&
      ['maximum', 'exclusiveMaximum', 'enum'].every((it) => schema[it] === undefined),
  },
]

export function scanShape(definition: JsonObject): readonly Finding[] {
  const about = toolText(definition)
  const parameters = parametersOf(definition)
  const found = PARAMETER_RULES.flatMap((rule) => {
    if (rule.tool?.test(about) === false) return []
    return parameters
      .filter(
        (parameter) => rule.name.test(words(parameter.name)) && (rule.holds?.(parameter) ?? true),
      )
      .slice(0, 3)
      .map((parameter) => parameterFinding(rule, parameter))
  })
  return [...found, ...scanHints(definition), ...scanRecursion(definition)]
}

function parameterFinding(
  { rule, kind, severity, message }: ParameterRule,
  { where, name }: Parameter,
): Finding {
  const evidence = name.slice(0, EVIDENCE_CHARS)
  return { rule, kind, severity, where, span: [0, name.length], evidence, message }
}

const DESTROYS =
  /(?:^|_| )(?:delete|remove|drop|destroy|purge|wipe|erase|truncate|kill|terminate|uninstall|reset|revoke|overwrite)(?:_| |s\b|$)/

/** What a tool's name says it does against what its annotations claim. */
function scanHints(definition: JsonObject): readonly Finding[] {
  const name = typeof definition.name === 'string' ? definition.name : ''
  const match = DESTROYS.exec(words(name))
  if (match === null) return []
  const hints = isJsonObject(definition.annotations) ? definition.annotations : {}
  const span = [0, name.length] as const
  const evidence = name.slice(0, EVIDENCE_CHARS)
  if (hints.readOnlyHint === true) {
    const message = 'claims to change nothing, its name says otherwise'
    return [
      {
        rule: 'false-hint',
        kind: 'vulnerability',
        severity: 'critical',
        where: '/annotations/readOnlyHint',
        span: [0, 0],
        evidence,
        message,
      },
    ]
  }
  if (hints.destructiveHint !== undefined) return []
  const message = 'destroys, and does not say so in its annotations'
  return [
    {
      rule: 'destructive-without-hint',
      kind: 'resource',
      severity: 'info',
      where: '/name',
      span,
      evidence,
      message,
    },
  ]
}

/** A schema that holds itself can be filled without end. */
function scanRecursion(definition: JsonObject): readonly Finding[] {
  const text = JSON.stringify(definition.inputSchema ?? null).slice(0, 200_000)
  const match = /"\$(?:recursive|dynamic)?[rR]ef":"(#?)"/.exec(text)
  if (match === null) return []
  const message = 'its input schema refers to itself as a whole'
  return [
    {
      rule: 'recursive-schema',
      kind: 'resource',
      severity: 'warning',
      where: '/inputSchema',
      span: [0, 0],
      evidence: match[0],
      message,
    },
  ]
}

function toolText({ name, title, description }: JsonObject): string {
  const texts = [name, title, description].filter((it) => typeof it === 'string')
  return words(texts.join(' ').slice(0, 20_000))
}

/** `getAPIKey`, `get_api_key` → `get api key` */
function words(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .toLowerCase()
}
