/** One policy among 10,000 changes: what the new set costs, with one policy in a file, or 100. */
import process from 'node:process'
import { OBLIGATIONS } from '../../src/app/obligations.ts'
import { loadPolicies, type PolicyText } from '../../src/kernel/policy/load-policies.ts'
import { at } from './portcullis.ts'
import { Random } from './random.ts'
import { type ToolPolicy, toolCases } from './tools/cases.ts'
import { policyText } from './tools/workload.ts'

export interface Measured {
  readonly updates: readonly Update[]
}

/** Milliseconds that one change of one policy took, the policies lying in so many files. */
export interface Update {
  readonly files: number
  readonly p50: number
  readonly p99: number
}

const POLICIES = 10_000
const CHANGES = 100

function update(files: number): Update {
  const random = new Random(files)
  const { policies } = toolCases(POLICIES)
  const each = POLICIES / files
  const groups = Array.from({ length: files }, (_, index) =>
    policies.slice(index * each, (index + 1) * each),
  )
  let texts = groups.map((group, index) => fileOf(group, index))
  let loaded = loadPolicies(texts, OBLIGATIONS)
  const times = Array.from({ length: CHANGES }, () => {
    const index = random.below(files)
    const [first, ...others] = at(groups, index)
    if (first === undefined) throw new Error('an empty file')
    const changed = [{ ...first, role: `role${random.below(20)}` }, ...others]
    texts = texts.with(index, fileOf(changed, index))
    const begun = performance.now()
    loaded = loadPolicies(texts, OBLIGATIONS, { previous: loaded })
    const took = performance.now() - begun
    if (loaded.set?.ruleCount !== POLICIES) throw new Error('policies were lost')
    return took
  })
  const sorted = times.toSorted((a, b) => a - b)
  return { files, p50: at(sorted, CHANGES >> 1), p99: at(sorted, CHANGES - 2) }
}

function fileOf(policies: readonly ToolPolicy[], index: number): PolicyText {
  return { file: `f${index}.policy`, text: policies.map(policyText).join('\n') }
}

const updates = [POLICIES, POLICIES / 100].map(update)
process.stdout.write(JSON.stringify({ updates } satisfies Measured))
