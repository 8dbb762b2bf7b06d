import fc from 'fast-check'

/** What the random policies name. */
export const VOCABULARY = `
order secrecy { public < internal < secret }
order size { small < internal }
class posting = [slack.post, "files.w*"]
class slow when operation.seconds > 1
class stored = [memory.*, "read"] when operation.urgent || args.flag
class urgent = [slack.*] when operation.urgent
resource class customers = [CRM.*]
resource class marked when data.label >= "internal"
resource class open_deals = [CRM.deals] when data.open
operation read
operation calendar.add { day: string, ... }
approval manager { approver: role("manager") }
approval security { approver: team("risk"), quorum: 2, ttl: 5m }
obligation tagged
obligation level in ["low", "mid", "high"]
obligation note
type usage { calls: number, burst?: number }
`

/** Operations by whatever narrows to them, with targets that all have something to match there. */
const TARGETS = {
  any: [
    ...['*', '*', '*', 'slack.*', 'slack.post', 'slack.read', 'files.*', '"files.w*"', 'read'],
    ...['memory.*', 'memory.read', '"mem*"', 'posting', 'slow', 'stored', 'urgent', 'calendar.add'],
    ...['memory.read(CRM.deals)', 'memory.*(customers)', '*(marked)', 'stored(open_deals)'],
    ...['read(data)', 'read(marked)', '*(CRM.*)', 'memory.write("notes")', 'slow(marked)'],
    ...['egress.connect', 'egress.connect("api.*")', 'model.*', 'message.send("sms")'],
  ],
  slack: ['*', 'slack.*', 'slack.post', 'posting', 'slow', 'urgent', '"slack.p*"', '*(marked)'],
  memory: ['*', 'memory.*', 'memory.read', 'stored', 'memory.*(customers)', 'slow', '*(CRM.*)'],
  egress: ['*', 'egress.connect', 'egress.*', 'slow', '*(marked)', 'egress.connect("api.*")'],
  model: ['*', 'model.invoke', 'model.*', 'slow', 'model.invoke("gpt-5")'],
  message: ['*', 'message.send', 'slow', 'message.*(marked)'],
} as const

export type Region = keyof typeof TARGETS

export function targetText(region: Region = 'any'): fc.Arbitrary<string> {
  const one = fc.constantFrom<string>(...TARGETS[region])
  const several = fc.uniqueArray(one, { minLength: 1, maxLength: 3 })
  return fc.oneof(
    { weight: 2, arbitrary: one },
    { weight: 1, arbitrary: several.map((all) => `[${all.join(', ')}]`) },
  )
}

export interface Attached {
  readonly text: string
  readonly region: Region
}

/** Attachments on who asks leave all operations; the others leave a region. */
export const attachment: fc.Arbitrary<Attached> = fc.oneof(
  fc
    .constantFrom(
      ...['agents("sales")', 'agents("sales", "bill*")', 'roles("admin")', 'roles("ad*", "x")'],
      ...['teams("red", "blue")', 'spaces("one")', 'spaces("o*")', 'agents("bot*"), roles("x")'],
    )
    .map((text) => ({ text, region: 'any' as const })),
  fc.constantFrom(
    { text: 'tools("slack")', region: 'slack' },
    { text: 'tools("slack.post", "slack.p*"), agents("sales")', region: 'slack' },
    { text: 'memory("CRM.*")', region: 'memory' },
    { text: 'memory("*"), teams("red")', region: 'memory' },
    { text: 'hosts("api.*", "example.org")', region: 'egress' },
    { text: 'models("gpt-*")', region: 'model' },
    { text: 'routes("sms", "mail")', region: 'message' },
  ),
)

/** Folders that say whom their policies are for. */
export const folder: fc.Arbitrary<Attached> = fc.constantFrom<Attached>(
  { text: 'policies/agents/sales/', region: 'any' },
  { text: 'policies/roles/admin/', region: 'any' },
  { text: 'policies/eu/teams/red/', region: 'any' },
  { text: 'policies/tools/slack/', region: 'slack' },
  { text: 'policies/memory/CRM.deals/', region: 'memory' },
)
