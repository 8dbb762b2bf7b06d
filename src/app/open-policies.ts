import type { Log, Ports } from '../pipeline/ports.ts'
import type { PolicyFiles, Resume } from '../sources/policy-files/policy-files.ts'
import type { PolicyVersions } from '../stores/policy-versions/policy-versions.ts'
import type { TenantConfig } from './config.ts'
import { versionsDirectory } from './data-files.ts'
import { loadVersion } from './load-texts.ts'
import { openPolicyFiles, policyVersions } from './parts.ts'
import { PolicyControl } from './policy-control.ts'
import { READING } from './policy-reading.ts'
import { runPushTests } from './run-push-tests.ts'

export interface OpenPoliciesOptions extends Pick<Ports, 'ledger' | 'clock' | 'ids'> {
  readonly log: Log
}

/**
 * The policies that a runtime begins with, and how they change. Under `reload = "push"` those that
 * were in force when it stopped, at the very first start those of the directory.
 */
export function openPolicies(
  config: TenantConfig,
  { log, ...ports }: OpenPoliciesOptions,
): { readonly policies: PolicyFiles; readonly control: PolicyControl } {
  const versions = policyVersions(versionsDirectory(config.dataDir))
  const follow = config.policy.reload === 'watch'
  const policies = openPolicyFiles({
    ...{ directory: config.policyDir, ...READING, log, follow },
    resume: resumed(versions, follow),
    onReload: (reload) => void control.followed(reload),
  })
  const control = new PolicyControl({
    ...{ config, source: policies, versions, ports, log },
    runTests: runPushTests,
  })
  control.begin()
  return { policies, control }
}

/** What was in force at the end: for good under `push`, else over a directory left as it is. */
function resumed(versions: PolicyVersions, follow: boolean): Resume | undefined {
  const last = versions.activations().at(-1)
  if (last === undefined || (follow && last.over === undefined)) return undefined
  const { set } = loadVersion(versions, last.version)
  return last.over === undefined ? { set } : { set, over: last.over }
}
