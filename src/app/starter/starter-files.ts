/** What `portcullis init` writes: a runtime that starts as it is, and says what to change. */

const CONFIG = `# Portcullis: who may ask, for what, and where the policies are.
# Every key: docs/reference/config.md. Try a change with: portcullis policy check; portcullis up

# Keys, ledger and records. Keep it private, and back it up.
data_dir = ".portcullis"
# Every *.policy file in here is loaded; a change is taken up while running.
policy_dir = "policies"

# The root key signs which keys of the ledger are to be trusted. It is made here so that everything
# works at once. Before you rely on it, move root.pem to a place offline: docs/guide/keys.md
[keys]
root = ".portcullis/root.pem"
# rotate_every = "90d"

# Where agents connect: http://127.0.0.1:7070/mcp
[listen.mcp]
host = "127.0.0.1"
port = 7070

# Roles are what policies speak of.
[roles.sales]
description = "Talks to customers"

[roles.research]
description = "Reads papers, not customers"

# An agent gets a token with: portcullis agent token sales
[agents.sales]
roles = ["sales"]
token_ttl = "15m"

[agents.research]
roles = ["research"]

# Records of the runtime's own, which agents use as the tools memory.read and memory.write.
[memory."CRM.customers"]
description = "Customers, with their addresses"
seed = "customers.json"

# An MCP server that the runtime starts. Agents see its tools as files.read_text_file and so on.
# [servers.files]
# transport = "stdio"
# command = "npx"
# args = ["-y", "@modelcontextprotocol/server-filesystem", "./library"]

# An MCP server that runs elsewhere. The credential stays here: agents never see it.
# [servers.slack]
# transport = "http"
# url = "https://slack.example.com/mcp"
# headers = { authorization = "Bearer \${SLACK_TOKEN}" }
`

const POLICY = `\
# Who may do what. Without an allow the answer is no, a deny outweighs every allow, and an error
# in a condition denies. The language: docs/spec/policy-language.md
# Ask why: portcullis policy explain --help

policy customer_desk {
  # Sales may read and write customers.
  allow: memory.read("CRM.customers") if principal.roles.contains("sales")
  allow: memory.write("CRM.customers") if principal.roles.contains("sales")

  # On every allow of this policy: what looks like an e-mail address is taken out of what goes in
  # and of what comes back.
  require: redact("email")
}

policy need_to_know {
  # Whatever another policy allows: customers are for sales only.
  deny: memory.read("CRM.*") unless principal.roles.contains("sales")
  deny: memory.write("CRM.*") unless principal.roles.contains("sales")
}
`

const TESTS = `\
# What the policies must decide. Run with: portcullis policy test
# The format: docs/spec/policy-tests.md

fixtures:
  principals:
    sales: { roles: [sales] }
    research: { roles: [research] }
  resources:
    customers: { type: memory, id: CRM.customers }
    deals: { type: memory, id: CRM.deals }
    library: { type: memory, id: library }

tests:
  - name: customers are for sales
    principals: [sales, research]
    operations: [memory.read, memory.write]
    resources: [customers]
    expect:
      - principal: sales
        effect: allow_with_conditions
        obligations: [redact email]
        rule: customer_desk
      - principal: research
        effect: deny
        reason: explicit_deny
        rule: need_to_know

  - name: nothing else is allowed
    principals: [sales, research]
    operations: [memory.read, memory.write]
    resources: [deals, library]
    expect:
      - principal: sales
        effect: deny
        reason: default_deny
      - { principal: research, resource: deals, effect: deny, reason: explicit_deny }
      - { principal: research, resource: library, effect: deny, reason: default_deny }
`

const CUSTOMERS = `{
  "c-1001": { "name": "Ada Byron", "email": "ada@lovelace.example", "tier": "gold" },
  "c-1002": { "name": "Grace Murray", "email": "grace@hopper.example", "tier": "silver" }
}
`

/** The root key, beside the other private files. */
export const STARTER_ROOT = '.portcullis/root.pem'

/** Text by path, below the folder that is set up. */
export const STARTER_FILES: ReadonlyMap<string, string> = new Map([
  ['portcullis.toml', CONFIG],
  ['policies/starter.policy', POLICY],
  ['policies/starter.test.yaml', TESTS],
  ['customers.json', CUSTOMERS],
  // Keys never belong in version control, whatever the project's own rules are.
  ['.portcullis/.gitignore', '*\n'],
])
