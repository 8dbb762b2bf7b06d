import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { type Comparison, comparePolicies, opens, policiesNamed } from '../app/compare-policies.ts'
import type { LoadedVersion } from '../app/load-texts.ts'
import { readPush } from '../app/read-push.ts'
import type { PolicyChange } from '../client/admin-client.ts'
import { visible } from '../kernel/text/visible.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { type ConfigOptions, inspectedTenant, runtimeOf, withTenant } from './config-option.ts'
import { comparisonText } from './policy-diff.ts'
import { endProgress, showProgress } from './progress-line.ts'

interface ChangeOptions extends ConfigOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly replay: boolean
}

/** `portcullis policy push [DIR]` */
export function policyPushCommand(): Command {
  return changing({
    name: 'push [dir]',
    summary:
      'Check and test policies, show the difference, and put them in force in one step. Exit 1 ' +
      'when that is declined.',
    examples: [
      'portcullis policy push',
      'portcullis policy push ./policies --yes',
      'portcullis policy push --dry-run --json',
    ],
  }).action((directory: string | undefined, options: ChangeOptions) =>
    answer(options.json, () => push(directory, options)),
  )
}

/** `portcullis policy rollback [VERSION]` */
export function policyRollbackCommand(): Command {
  return changing({
    name: 'rollback [version]',
    summary: 'Put the version before in force again, or the one that is named.',
    examples: ['portcullis policy rollback', 'portcullis policy rollback 3f9a --yes'],
  }).action((version: string | undefined, options: ChangeOptions) =>
    answer(options.json, () => rollback(version, options)),
  )
}

function changing(spec: Parameters<typeof command>[0]): Command {
  return withTenant(command(spec))
    .option('--yes', 'do not ask')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--no-replay', 'replay no recorded requests')
}

async function push(directory: string | undefined, options: ChangeOptions): Promise<Answer> {
  const config = inspectedTenant(options)
  const from = directory ?? config.policyDir
  const runtime = runtimeOf(options)
  const texts = readPush(from)
  const trial = await runtime.pushPolicies({ ...texts, dryRun: true })
  const next = policiesNamed(from, config)
  const untested = trial.tests === undefined ? texts.tests.length : 0
  return change(trial, next, {
    ...{ options, untested },
    activate: (expected) => runtime.pushPolicies({ ...texts, expected }),
  })
}

async function rollback(version: string | undefined, options: ChangeOptions): Promise<Answer> {
  const runtime = runtimeOf(options)
  const asked = version === undefined ? {} : { version }
  const trial = await runtime.rollbackPolicies({ ...asked, dryRun: true })
  const next = policiesNamed(trial.version, inspectedTenant(options))
  return change(trial, next, {
    ...{ options, untested: 0 },
    activate: (expected) => runtime.rollbackPolicies({ version: trial.version, expected }),
  })
}

interface Activation {
  readonly options: ChangeOptions
  /** Test files that were sent and that this runtime did not run. */
  readonly untested: number
  /** Puts it in force, if the version that it was compared with still is. */
  activate(expected: string): Promise<PolicyChange>
}

async function change(
  trial: PolicyChange,
  next: LoadedVersion,
  { options, untested, activate }: Activation,
): Promise<Answer> {
  const comparison = await compared(trial, next, options)
  const shown = [...trial.warnings.map(visibleLines), testsText(trial, untested)]
  const text = [...shown, comparisonText(comparison, options)].filter((part) => part !== '')
  const json = { ...trial, diff: comparison.diff, replay: comparison.replay ?? null }
  if (options.dryRun) {
    const exit = opens(comparison) || failing(trial) ? EXIT.failed : EXIT.ok
    return { json: { ...json, activated: false }, text: text.join('\n\n'), exit }
  }
  if (!options.json) process.stdout.write(`${text.join('\n\n')}\n\n`)
  if (!failing(trial) && !(await agreed(options, comparison))) {
    return { json: { ...json, activated: false }, text: 'nothing changed', exit: EXIT.failed }
  }
  const done = await activate(trial.before)
  return { json: { ...json, activated: true }, text: doneText(done) }
}

async function compared(
  { before }: PolicyChange,
  next: LoadedVersion,
  options: ChangeOptions,
): Promise<Comparison> {
  const config = inspectedTenant(options)
  const comparison = await comparePolicies(policiesNamed(before, config), next, {
    ...{ ...config, search: true, onProgress: showProgress },
    // Requests of other tenants are sealed under keys that this command does not look for.
    ...(options.replay && config.tenants[options.tenant ?? ''] === undefined
      ? { replaySince: 0 }
      : {}),
  })
  endProgress()
  return comparison
}

/** Only somebody at a terminal can be asked; anybody else has to say `--yes`. */
async function agreed({ yes }: ChangeOptions, comparison: Comparison): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    process.stderr.write('portcullis: nobody can be asked here: say --yes\n')
    return false
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const opening = opens(comparison) ? 'It is MORE PERMISSIVE. ' : ''
  const said = await ask.question(`${opening}Put it in force? [y/N] `)
  ask.close()
  return /^y(?:es)?$/i.test(said.trim())
}

function failing({ tests }: PolicyChange): boolean {
  return tests !== undefined && tests.failed > 0
}

function testsText({ tests }: PolicyChange, untested: number): string {
  if (tests === undefined) {
    return untested === 0 ? '' : `NOTE: ${untested} files of policy tests were not run`
  }
  const { passed, failed, failures } = tests
  return [`${passed} policy tests passed, ${failed} failed`, ...failures.map(visible)].join('\n  ')
}

function doneText({ version, held, changed }: PolicyChange): string {
  const state = changed ? 'is in force' : 'was in force already, and is'
  const hold = 'NOTE: the policy directory says otherwise; this holds until a file there changes'
  return held ? `${version} ${state}\n${hold}` : `${version} ${state}`
}

function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}
