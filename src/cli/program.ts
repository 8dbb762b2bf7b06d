import { Command } from 'commander'
import { VERSION } from '../app/version.ts'

/** A command is loaded when it is called: the runtime's parts take a while, and most need none. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./init.ts')).initCommand(),
  up: async () => (await import('./up.ts')).upCommand(),
  run: async () => (await import('./run.ts')).runCommand(),
  mcp: async () => (await import('./mcp.ts')).mcpCommand(),
  agent: async () => (await import('./agent.ts')).agentCommand(),
  session: async () => (await import('./session.ts')).sessionCommand(),
  tenant: async () => (await import('./tenant.ts')).tenantCommand(),
  space: async () => (await import('./tenant.ts')).spaceCommand(),
  member: async () => (await import('./member.ts')).memberCommand(),
  role: async () => (await import('./role.ts')).roleCommand(),
  watch: async () => (await import('./watch.ts')).watchCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  acl: async () => (await import('./acl.ts')).aclCommand(),
  budget: async () => (await import('./budget.ts')).budgetCommand(),
  server: async () => (await import('./server.ts')).serverCommand(),
  tools: async () => (await import('./tools.ts')).toolsCommand(),
  user: async () => (await import('./user.ts')).userCommand(),
  token: async () => (await import('./token.ts')).tokenCommand(),
  login: async () => (await import('./login.ts')).loginCommand(),
  logout: async () => (await import('./login.ts')).logoutCommand(),
  whoami: async () => (await import('./login.ts')).whoamiCommand(),
  policy: async () => (await import('./policy.ts')).policyCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  ca: async () => (await import('./ca.ts')).caCommand(),
  approvals: async () => (await import('./approvals.ts')).approvalsCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  ledger: async () => (await import('./ledger.ts')).ledgerCommand(),
  witness: async () => (await import('./witness.ts')).witnessCommand(),
  completion: async () => (await import('./completion.ts')).completionCommand(createProgram),
}

const OVERVIEW = `
First:
  $ portcullis init my-gate && cd my-gate
  $ portcullis up                          in one terminal
  $ portcullis watch                       in another
  $ TOKEN=$(portcullis agent token sales)

Exit codes: 0 it holds, 1 it does not, 2 the call or the set-up is wrong.`

/** What `--help` of a group shows; a command brings its own example. */
const GROUP_EXAMPLES: Readonly<Record<string, string>> = {
  mcp: 'portcullis mcp stdio --agent desktop',
  agent: 'portcullis agent token sales',
  session: 'portcullis session list',
  tenant: 'portcullis tenant list',
  space: 'portcullis space list',
  member: 'portcullis member list',
  role: 'portcullis role list',
  acl: 'portcullis acl show storage/results.json',
  budget: 'portcullis budget list',
  user: 'portcullis user list',
  token: 'portcullis token list',
  policy: 'portcullis policy check',
  keys: 'portcullis keys list',
  ca: 'portcullis ca show',
  approvals: 'portcullis approvals list',
  ledger: 'portcullis ledger fsck',
  server: 'portcullis server list',
  tools: 'portcullis tools review',
}

/** The whole command line; or of its commands the one that `name` names, if there is one. */
export async function createProgram(name?: string): Promise<Command> {
  const program = new Command('portcullis')
    .description(
      'The security runtime for AI agents: decides, redacts, executes, leaves a receipt.',
    )
    .version(VERSION, '--version', 'print the version')
    .option('--config <file>', 'the configuration (or PORTCULLIS_CONFIG; else portcullis.toml)')
    // Otherwise `--config` after a command would be taken from the command.
    .enablePositionalOptions()
    .addHelpText('after', OVERVIEW)
    .hook('preAction', inheritConfig)
  const all = Object.keys(COMMANDS)
  for (const wanted of name !== undefined && all.includes(name) ? [name] : all) {
    const command = await COMMANDS[wanted]?.()
    if (command === undefined) continue
    const example = GROUP_EXAMPLES[wanted]
    if (example !== undefined) command.addHelpText('after', `\nExample:\n  $ ${example}`)
    program.addCommand(command)
  }
  throwInsteadOfExit(program)
  return program
}

/** `portcullis --config FILE …` and `PORTCULLIS_CONFIG` reach every command with a `--config`. */
function inheritConfig(program: Command, command: Command): void {
  const file = program.opts<{ config?: string }>().config ?? process.env.PORTCULLIS_CONFIG
  if (!file || command.getOptionValueSource('config') === 'cli') return
  if (command.options.some(({ long }) => long === '--config')) {
    command.setOptionValueWithSource('config', file, 'env')
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  command.commands.forEach(throwInsteadOfExit)
}
