import { hash } from 'node:crypto'
import { OBLIGATIONS } from '../../src/app/obligations.ts'
import type { Action } from '../../src/kernel/action.ts'
import type { Identity } from '../../src/kernel/identity/principal.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies, type PolicyText } from '../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { PolicySet } from '../../src/kernel/policy/policy-set.ts'
import { policyRequest } from '../../src/pipeline/steps/policy-request.ts'
import type { Engine, Loaded } from './engine.ts'

/** What reaches the guard: an action and who asks for it. */
export interface Asked {
  readonly action: Action
  readonly identity: Identity
  /** Attributes that an attribute source has at hand, by root. */
  readonly facts?: () => JsonObject
}

interface Deciding {
  readonly files: readonly PolicyText[]
  readonly asked: readonly Asked[]
}

/** A fixed time: the policies here do not read it. */
const KNOWLEDGE = {
  roles: { rolesOf: () => [] },
  now: Date.UTC(2026, 0, 1),
  attributes: { about: () => ({ operation: {}, resource: {}, system: {} }) },
}
/** Decisions kept by the cache; every workload has fewer requests. */
const CACHED = 4_096

const channel = { door: 'bench', peer: '127.0.0.1', run: 'bench' }

/** As the guard does it, with what attribute sources add. */
function requestOf({ action, identity, facts }: Asked): PolicyRequest {
  const request = policyRequest({ action, channel }, identity, KNOWLEDGE)
  return facts === undefined
    ? request
    : { ...request, attributes: { ...request.attributes, ...facts() } }
}

export function setOf(files: readonly PolicyText[]): PolicySet {
  const { set, diagnostics } = loadPolicies(files, OBLIGATIONS)
  if (set === undefined) throw new Error(diagnostics.map(renderDiagnostic).join('\n'))
  return set
}

type Decide = (set: PolicySet) => Loaded['decide']

/** The same set in three uses: deciding alone, building the request first, behind a cache. */
export function portcullis(deciding: () => Deciding): readonly Engine[] {
  const engine = (name: string, use: (asked: readonly Asked[]) => Decide): Engine => ({
    name,
    prepare: async () => {
      const { files, asked } = deciding()
      const decide = use(asked)
      return { load: () => ({ decide: decide(setOf(files)) }) }
    },
  })
  return [
    engine('portcullis', (asked) => {
      const requests = asked.map(requestOf)
      return (set) => (index) => permitted(set, at(requests, index))
    }),
    engine('portcullis-request', (asked) => {
      return (set) => (index) => permitted(set, requestOf(at(asked, index)))
    }),
    engine('portcullis-cached', (asked) => {
      const requests = asked.map(requestOf)
      return (set) => {
        const cached = cache(set)
        return (index) => cached(at(requests, index))
      }
    }),
  ]
}

function permitted(set: PolicySet, request: PolicyRequest): boolean {
  return set.decide(request).effect !== 'deny'
}

/**
 * Decisions kept under a digest of all that a policy may read and of the policies, the least
 * recently used dropped first. Anything less in the key would answer one request with another's.
 */
function cache(set: PolicySet): (request: PolicyRequest) => boolean {
  const kept = new Map<string, boolean>()
  return (request) => {
    const key = hash('sha256', `${set.version}${JSON.stringify(request)}`, 'base64')
    const known = kept.get(key)
    if (known !== undefined) kept.delete(key)
    const answer = known ?? permitted(set, request)
    kept.set(key, answer)
    const [oldest] = kept.size > CACHED ? kept.keys() : []
    if (oldest !== undefined) kept.delete(oldest)
    return answer
  }
}

/** The item at a place that is known to be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new Error(`nothing at ${index}`)
  return item
}
