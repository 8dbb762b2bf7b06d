/**
 * `npm run fuzz -- policy [decide|parse|growth …] [--cases N] [--seed S] [--json]`. Exit code 0: no
 * case broke a law; 1: one did, and is printed; 2: usage.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { CampaignName } from './batch.ts'
import { CAMPAIGNS } from './batch.ts'
import type { CampaignReport } from './campaign.ts'
import { runCampaign } from './campaign.ts'
import type { GrowthReport } from './growth.ts'
import { growthReport } from './growth.ts'
import { campaignText, growthText } from './render.ts'

const DEFAULT_CASES = 1_000_000
const PARTS = [...CAMPAIGNS, 'growth'] as const
type Part = (typeof PARTS)[number]

const USAGE = `usage: npm run fuzz -- policy [${PARTS.join('|')} …] [--cases N] [--seed S] [--json]`

async function main(): Promise<number> {
  const asked = argumentsOf(process.argv.slice(2))
  if (asked === undefined) {
    process.stderr.write(`${USAGE}\n`)
    return 2
  }
  const { parts, cases, seed, json } = asked
  process.stderr.write(`seed ${seed}\n`)
  const campaigns: CampaignReport[] = []
  for (const part of parts) {
    if (!isCampaign(part)) continue
    const report = await runCampaign({ campaign: part, seed, cases })
    campaigns.push(report)
    if (!json) process.stdout.write(campaignText(report))
  }
  const growth: GrowthReport | undefined = parts.includes('growth') ? growthReport() : undefined
  if (growth !== undefined && !json) process.stdout.write(growthText(growth))
  if (json) process.stdout.write(`${JSON.stringify({ seed, campaigns, growth }, null, 2)}\n`)
  const failed = campaigns.some(({ failures }) => failures.length > 0) || growth?.linear === false
  return failed ? 1 : 0
}

function argumentsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        cases: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const cases = numberOf(values.cases, DEFAULT_CASES)
    const seed = numberOf(values.seed, Math.trunc(Math.random() * 2 ** 30))
    if (!positionals.every(isPart)) return undefined
    if (cases === undefined || cases === 0 || seed === undefined) return undefined
    const parts: readonly Part[] = positionals.length > 0 ? positionals : PARTS
    return { parts, cases, seed, json: values.json }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

function numberOf(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined) return otherwise
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function isPart(text: string): text is Part {
  return PARTS.some((part) => part === text)
}

function isCampaign(part: Part): part is CampaignName {
  return CAMPAIGNS.some((campaign) => campaign === part)
}

process.exitCode = await main()
