import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import {
  type Comparison,
  comparePolicies,
  opens,
  type PolicyPlaces,
  policiesNamed,
} from '../app/compare-policies.ts'
import { renderChanges, renderReplay, renderSearch } from '../kernel/policy/diff/render-diff.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { type ConfigOptions, inspectedConfig, withConfig } from './config-option.ts'
import { endProgress, showProgress } from './progress-line.ts'
import { parseSince } from './since-option.ts'

interface DiffOptions extends ConfigOptions {
  readonly since?: number
  readonly replay: boolean
}

const NOTHING_RECORDED = 'no requests are recorded here, so none were replayed'

/** `portcullis policy diff A B` */
export function policyDiffCommand(): Command {
  return withConfig(
    command({
      name: 'diff <before> <after>',
      summary:
        'Show how two versions differ, and which requests they decide differently. Exit 1 when ' +
        'one of them becomes more permissive.',
      examples: [
        'portcullis policy diff active ./policies',
        'portcullis policy diff previous active --since 7d',
        'portcullis policy diff 3f9a ./policies --json',
      ],
    }),
  )
    .option('--since <time>', 'replay what was recorded since: 7d, 2026-11-01', parseSince)
    .option('--no-replay', 'replay no recorded requests')
    .action((before: string, after: string, options: DiffOptions) =>
      answer(options.json, () => diff(before, after, options)),
    )
}

async function diff(before: string, after: string, options: DiffOptions): Promise<Answer> {
  const places = placesOf(options)
  const { since = 0, replay } = options
  const comparison = await comparePolicies(
    policiesNamed(before, places),
    policiesNamed(after, places),
    {
      ...{ ...places, search: true, onProgress: showProgress },
      ...(replay ? { replaySince: since } : {}),
    },
  )
  endProgress()
  const text = comparisonText(comparison, { replay })
  const exit = opens(comparison) ? EXIT.failed : EXIT.ok
  return { json: { ...comparison.diff, replay: comparison.replay ?? null }, text, exit }
}

/** Two directories compare without a configuration too. */
function placesOf(options: ConfigOptions): PolicyPlaces {
  if (existsSync(options.config)) return inspectedConfig(options)
  return { policyDir: 'policies', dataDir: '.portcullis' }
}

/** What differs, what was found and what was replayed. */
export function comparisonText(
  { diff: found, replay }: Comparison,
  asked: { readonly replay: boolean },
): string {
  const parts: string[] = []
  if (found !== undefined) {
    parts.push(`${found.before} → ${found.after}`, renderChanges(found.changes))
    if (found.changes.length > 0) parts.push(renderSearch(found.search))
  }
  if (replay !== undefined) parts.push(renderReplay(replay))
  else if (asked.replay) parts.push(NOTHING_RECORDED)
  return parts.join('\n\n')
}

interface ReplayOptions extends ConfigOptions {
  readonly since?: number
  readonly against: string
}

/** `portcullis policy replay [DIR]` */
export function policyReplayCommand(): Command {
  return withConfig(
    command({
      name: 'replay [policies]',
      summary:
        'Decide recorded requests by other policies, and list every decision that changes. ' +
        'Exit 1 when one becomes more permissive.',
      examples: [
        'portcullis policy replay ./policies --since 7d',
        'portcullis policy replay previous',
      ],
    }),
  )
    .option('--since <time>', 'what was recorded since: 7d, 2026-11-01', parseSince)
    .option('--against <policies>', 'compare with these', 'active')
    .action((policies: string | undefined, options: ReplayOptions) =>
      answer(options.json, () => replayed(policies, options)),
    )
}

async function replayed(policies: string | undefined, options: ReplayOptions): Promise<Answer> {
  const config = inspectedConfig(options)
  const comparison = await comparePolicies(
    policiesNamed(options.against, config),
    policiesNamed(policies ?? config.policyDir, config),
    { ...config, search: false, replaySince: options.since ?? 0, onProgress: showProgress },
  )
  endProgress()
  const exit = opens(comparison) ? EXIT.failed : EXIT.ok
  const text = comparisonText(comparison, { replay: true })
  return { json: comparison.replay ?? { replayed: 0, erased: 0, changes: [] }, text, exit }
}
