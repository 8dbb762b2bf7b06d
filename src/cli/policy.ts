import { Command, Option } from 'commander'
import { checkPolicies } from '../app/check-policies.ts'
import { loadConfig } from '../app/config.ts'
import { explain } from '../app/explain.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { permits } from '../kernel/policy/decision.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import { renderExplanation } from '../kernel/policy/render-explanation.ts'
import type { Answer } from './command.ts'
import { answer, command, EXIT } from './command.ts'
import { parseArgs } from './policy-args.ts'
import { policyDiffCommand, policyReplayCommand } from './policy-diff.ts'
import { exportCommand } from './policy-export.ts'
import { fmtCommand } from './policy-fmt.ts'
import { lspCommand } from './policy-lsp.ts'
import { planCommand } from './policy-plan.ts'
import { policyPushCommand, policyRollbackCommand } from './policy-push.ts'
import { explainedReceipt } from './policy-receipt.ts'
import { policySuggestCommand } from './policy-suggest.ts'
import { testCommand } from './policy-test.ts'
import { typesCommand } from './policy-types.ts'
import { policyShowCommand, policyVersionsCommand } from './policy-versions.ts'

const CONFIG_FILE = 'portcullis.toml'

export function policyCommand(): Command {
  return new Command('policy')
    .description('check, explain, compare and change the policies')
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(planCommand())
    .addCommand(typesCommand())
    .addCommand(fmtCommand())
    .addCommand(lspCommand())
    .addCommand(policyDiffCommand())
    .addCommand(policyReplayCommand())
    .addCommand(policyPushCommand())
    .addCommand(policyRollbackCommand())
    .addCommand(policyVersionsCommand())
    .addCommand(policyShowCommand())
    .addCommand(policySuggestCommand())
    .addCommand(testCommand())
    .addCommand(exportCommand())
}

interface CheckOptions {
  readonly config: string
  readonly json?: boolean
}

function checkCommand(): Command {
  return command({
    name: 'check [dir]',
    summary: 'Say whether the policies in a directory load. Exit 1 when they do not.',
    examples: ['portcullis policy check', 'portcullis policy check ./policies --json'],
  })
    .option('--config <file>', 'the configuration that names the directory', CONFIG_FILE)
    .action((directory: string | undefined, { config, json }: CheckOptions) =>
      answer(json, async () => check(directory ?? policyDirectory(config))),
    )
}

function policyDirectory(file: string): string {
  return loadConfig(file, process.env, { purpose: 'inspect' }).policyDir
}

function check(directory: string): Answer {
  const found = checkPolicies(directory)
  const { ok, version, rules, diagnostics } = found
  const count = `${rules} ${rules === 1 ? 'rule' : 'rules'}`
  const summary = ok ? `${count}, version ${version}` : 'the policies do not load'
  const text = [...diagnostics.map(renderDiagnostic), summary].join('\n\n')
  return { json: found, text, exit: ok ? EXIT.ok : EXIT.failed }
}

interface ExplainOptions {
  readonly receipt?: string
  readonly agent?: string
  readonly action?: string
  readonly member?: string
  readonly resource?: string
  readonly args?: string
  readonly config: string
  readonly json?: boolean
}

function explainCommand(): Command {
  return command({
    name: 'explain',
    summary:
      'Say what the policies would decide, or by `--receipt` did decide, and why. Exit 1 when ' +
      'that is a deny.',
    examples: [
      'portcullis policy explain --agent sales --action slack.post_message',
      'portcullis policy explain --agent sales --action memory.read --resource CRM.customers',
      'portcullis policy explain --member ana --action admin.agents.suspend --resource sales',
      'portcullis policy explain --receipt 42',
      `portcullis policy explain --agent sales --action files.write --args '{"path":"/srv/a"}'`,
    ],
  })
    .option('--agent <name>', 'an agent that the configuration declares')
    .option('--member <name>', 'a member that it declares, for what is administered')
    .option('--action <operation>', 'the tool, as agents name it, or what is administered')
    .option(
      '--resource <id>',
      'the namespace of a `memory.…` action, the name of a `storage.…` one, what is administered',
    )
    .option('--args <json>', 'the arguments of the call, a JSON object')
    .addOption(
      new Option('--receipt <id|seq>', 'a decision that was made').conflicts([
        ...['agent', 'member', 'action', 'resource', 'args'],
      ]),
    )
    .option('--config <file>', 'the configuration', CONFIG_FILE)
    .action((options: ExplainOptions) =>
      answer(options.json, async () =>
        options.receipt === undefined
          ? explained(options)
          : explainedReceipt(options.receipt, options),
      ),
    )
}

function explained({ agent, member, action, resource, args, config }: ExplainOptions): Answer {
  if ((agent === undefined) === (member === undefined) || action === undefined) {
    const message = 'name a decision: `--agent` or `--member`, and `--action`; or `--receipt`'
    throw new PortcullisError('REQUEST_INVALID', message)
  }
  const explanation = explain(
    {
      ...{ action, at: Date.now() },
      ...(agent !== undefined && { agent }),
      ...(member !== undefined && { member }),
      ...(resource === undefined ? {} : { resource }),
      ...(args === undefined ? {} : { args: parseArgs(args) }),
    },
    loadConfig(config, process.env, { purpose: 'inspect' }),
  )
  const denied = !permits(explanation.decision)
  const text = renderExplanation(explanation)
  return { json: explanation, text, exit: denied ? EXIT.failed : EXIT.ok }
}
