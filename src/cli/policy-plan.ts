import type { Command } from 'commander'
import { Option } from 'commander'
import { type FilterText, filterFor, planFor } from '../app/policy-plan.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { renderPart, renderPlan } from '../kernel/policy/render-plan.ts'
import type { Answer } from './command.ts'
import { answer, command, EXIT } from './command.ts'
import { type ConfigOptions, inspectedConfig, withConfig } from './config-option.ts'
import { parseArgs } from './policy-args.ts'

interface PlanCommandOptions extends ConfigOptions {
  readonly agent: string
  readonly action: string
  readonly resource?: string
  readonly args?: string
  readonly unknown?: readonly string[]
  readonly dialect?: 'sqlite' | 'postgres'
  readonly columns?: string
}

/** `portcullis policy plan` */
export function planCommand(): Command {
  return withConfig(
    command({
      name: 'plan',
      summary: 'Say which records the policies would permit, before any is read. Exit 1 for none.',
      examples: [
        'portcullis policy plan --agent sales --action memory.read --resource CRM.customers',
        'portcullis policy plan --agent sales --action notes.search --unknown data.owner data.tags',
        'portcullis policy plan --agent a --action notes.find --dialect sqlite --columns map.json',
      ],
    }),
  )
    .requiredOption('--agent <name>', 'an agent that the configuration declares')
    .requiredOption('--action <operation>', 'the tool, as agents name it')
    .option(
      '--resource <id>',
      'the namespace of a `memory.…` action, the name of a `storage.…` one',
    )
    .option('--args <json>', 'the arguments of the call, a JSON object')
    .option('--unknown <paths...>', 'what differs from record to record (default: data)')
    .addOption(new Option('--dialect <name>', 'print SQL too').choices(['sqlite', 'postgres']))
    .option('--columns <file>', 'a JSON file that maps attributes to columns, for --dialect')
    .action((options: PlanCommandOptions) => answer(options.json, async () => planned(options)))
}

function planned(options: PlanCommandOptions): Answer {
  const { agent, action, resource, args, unknown, dialect, columns } = options
  if ((dialect === undefined) !== (columns === undefined))
    throw new PortcullisError('FILTER_MAP_INVALID', '`--dialect` and `--columns` go together')
  const plan = planFor(
    {
      ...{ agent, action, at: Date.now() },
      ...(resource === undefined ? {} : { resource }),
      ...(args === undefined ? {} : { args: parseArgs(args) }),
      ...(unknown === undefined ? {} : { unknown }),
    },
    inspectedConfig(options),
  )
  const filter =
    dialect === undefined || columns === undefined
      ? undefined
      : filterFor(plan, { dialect, columns })
  const { kind } = filter ?? plan
  return {
    json: filter === undefined ? plan : { ...plan, filter },
    text: [renderPlan(plan), ...(filter === undefined ? [] : filterText(filter))].join('\n'),
    exit: kind === 'never' ? EXIT.failed : EXIT.ok,
  }
}

function filterText({ where, parameters, untranslatable }: FilterText): readonly string[] {
  return [
    ...untranslatable.flatMap((part) => renderPart('not in the filter', part)),
    `WHERE ${where}`,
    ...parameters.map((value, index) => `  ${index + 1}: ${JSON.stringify(value)}`),
  ]
}
