/** What each word of the language means, in a sentence, for whoever points at it in an editor. */
type Words = Readonly<Record<string, string>>

/** What begins a policy or a declaration. */
export const DECLARING: Words = {
  policy: 'A named block of rules. Nothing is allowed unless an `allow` of some policy says so.',
  order: 'Labels from the lowest to the highest. Labels compare only under one order.',
  class: 'A name for operations: their names, a condition, or both.',
  resource: '`resource class` names resources: by their names, a condition, or both.',
  approval: 'Who may approve what a `require` puts under this name, and for how long.',
  obligation: 'A demand that is met outside of the runtime; its values from the weakest on.',
  type: 'What a root of requests holds. A root with a type has no other attributes.',
  operation: 'An operation, and what its arguments hold.',
}

/** What begins a rule. */
export const RULES: Words = {
  allow: 'Permits its target where its guard holds. An unknown guard permits nothing.',
  deny: 'Refuses its target where its guard holds or is unknown. It outweighs every allow.',
  require:
    'Demands conditions of the allows of its own policy, or with `for` of all allows for a target.',
  audit: 'Notes names and values in the receipt. It changes no decision.',
}

/** What joins the parts of rules and of conditions. */
export const JOINING: Words = {
  if: 'The rule applies where the condition holds.',
  when: 'The rule applies where the condition holds; the same as `if`.',
  unless: 'The rule applies where the condition does not hold.',
  for: 'What a `require` or `audit` is about; after the name of a policy, whom and what it binds.',
  in: 'Some element of the list equals the value.',
  has: 'The attribute is there, and not null.',
  like: 'The text fits a pattern, in which `*` is any stretch.',
  during: 'The time lies in a window: `"Mon-Fri 09:00-17:30 Europe/Vienna"`.',
  after: 'How long to wait for an approval before it goes to somebody else.',
  true: 'The truth.',
  false: 'The untruth.',
}

export const QUANTIFYING: Words = {
  any: '`any(list, |x| …)`: for some element.',
  all: '`all(list, |x| …)`: for every element.',
  none: '`none(list, |x| …)`: for no element.',
  count: '`count(list)`, `count(list, |x| …)`: how many elements.',
}

export const CALLED: Words = {
  contains: '`list.contains(x)`: some element equals x.',
  containsAny: '`list.containsAny(other)`: some element of the other is contained.',
  containsAll: '`list.containsAll(other)`: every element of the other is contained.',
  isEmpty: '`list.isEmpty()`: it has no element.',
  startsWith: '`text.startsWith(t)`',
  endsWith: '`text.endsWith(t)`',
  length: '`length()`: how many elements a list has, how many characters a text.',
}

export const READ: Words = {
  agent: 'The agent that asks: `id`, `roles`.',
  args: 'The arguments of the call.',
  budget: 'What is left of a budget.',
  candidate:
    'Whom the caller acts as, under `is`: `agent:NAME`, `user:NAME`, `team:NAME`, `public`.',
  context: 'How and when it is asked: `door`, `time` in milliseconds since the epoch.',
  data: 'What is acted on.',
  datasets: 'The data sets that are acted on, a list.',
  delegation: 'Who acts for whom: `depth`, `links` such as `human:alice`, `scopes`.',
  human: 'The person on whose behalf the agent acts.',
  input: 'The arguments of the call; the same as `args`.',
  operation: 'What is asked for: `name`, and what more its request says.',
  principal: 'Who asks: `id`, `kind`, `roles`, `team`, `space`.',
  resource: 'What is acted on: `type`, `id`.',
  resources: 'What is asked for of the machine.',
  run: 'What the agent has been doing: `labels` of the results that it was given.',
  session: 'The session: `id`, and of the login behind it `mfa_verified`.',
  source: 'Where data comes from.',
  system: 'The state of the system.',
  target: 'Where data goes to.',
  usage: 'What has been used so far.',
  user: 'The person behind the request, as the directory knows them.',
}

export const ATTACHED: Words = {
  agents: 'The policy is about these agents alone.',
  roles: 'The policy is about principals with one of these roles alone.',
  teams: 'The policy is about these teams alone.',
  spaces: 'The policy is about these spaces alone.',
  tools: 'The policy is about these tools alone.',
  memory: 'The policy is about records in these namespaces alone.',
  hosts: 'The policy is about connections to these hosts alone.',
  models: 'The policy is about these models alone.',
  routes: 'The policy is about messages on these routes alone.',
}

export const ANNOTATED: Words = {
  mode: '`@mode("observe")`: the policy is evaluated and reported, and decides nothing.',
  reason: '`@reason("…")`: the sentence that a decision gives for the rule.',
  description: '`@description("…")`: for readers.',
}

export const APPROVED: Words = {
  approver: 'Who may approve: `role("…")`, `team("…")` or `principal("…")`.',
  quorum: 'How many have to approve; one where it is not said.',
  ttl: 'How long an approval stands; 15 minutes where it is not said.',
  not: '`requester`: who asks may not approve. `nobody`: they may.',
  escalate: 'Who is asked when nobody has answered: `role("director") after 5m`.',
}

export const APPROVING: Words = {
  role: 'Whoever holds the role.',
  team: 'Whoever is of the team.',
  principal: 'The principal of this name.',
}

export const TYPED: Words = {
  string: 'A text.',
  number: 'A number; durations in milliseconds, sizes in bytes.',
  bool: '`true` or `false`.',
  any: 'Any value.',
}
