import type { OutsidePolicies, SettledRule } from '../../kernel/policy/outside.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type { CedarQuestion, Naming } from './cedar-call.ts'
import { cedarQuestion } from './cedar-call.ts'
import type { CedarEngine, CedarError } from './engine.ts'
import type { PlacedRequest } from './head.ts'
import { headMatches, keyOf, soleAction } from './head.ts'
import { faultMessageOf, spanOf } from './offsets.ts'
import type { CedarPolicy } from './read-policies.ts'
import type { SliceAnswer } from './slices.ts'
import { Slices } from './slices.ts'

/** Cedar policies of one set. Every call asks only those whose head the request matches. */
export class CedarPolicies implements OutsidePolicies {
  readonly ruleCount: number
  readonly fingerprint: string
  private readonly policies: readonly CedarPolicy[]
  private readonly naming: Naming
  private readonly slices: Slices
  /** Numbers of the policies about one action, and of those that may be about any. */
  private readonly byAction = new Map<string, number[]>()
  private readonly general: number[] = []

  constructor(
    engine: CedarEngine,
    policies: readonly CedarPolicy[],
    { naming, fingerprint }: { readonly naming: Naming; readonly fingerprint: string },
  ) {
    this.ruleCount = policies.length
    this.fingerprint = fingerprint
    this.policies = policies
    this.naming = naming
    this.slices = new Slices(
      engine,
      policies.map(({ text }) => text),
    )
    for (const [number, { json }] of policies.entries()) this.listFor(soleAction(json)).push(number)
  }

  judge(request: PolicyRequest): readonly SettledRule[] {
    return this.settled(request, () => true)
  }

  foresee(request: PolicyRequest): readonly SettledRule[] {
    const { args: _args, input: _input, ...attributes } = request.attributes
    return this.settled({ ...request, attributes }, ({ readsInput }) => !readsInput)
  }

  /** Asks the policies that are `closed`; the others are open. */
  private settled(request: PolicyRequest, closed: (policy: CedarPolicy) => boolean) {
    const question = attempt(() => cedarQuestion(request, this.naming))
    const about = 'why' in question ? [...this.policies.keys()] : this.about(question.got.places)
    const asked = about.filter((number) => this.is(closed, number))
    const answer = 'why' in question ? question : this.ask(asked, question.got)
    return about.flatMap((number) => {
      const policy = this.policies[number]
      if (policy === undefined) return []
      return [closed(policy) ? settledRule(number, policy, answer) : openRule(policy)]
    })
  }

  private is(closed: (policy: CedarPolicy) => boolean, number: number): boolean {
    const policy = this.policies[number]
    return policy !== undefined && closed(policy)
  }

  private ask(numbers: readonly number[], question: CedarQuestion): Attempt<SliceAnswer> {
    if (numbers.length === 0) return NOBODY_ASKED
    return attempt(() => this.slices.ask(numbers, question.call()))
  }

  /** In the order of their numbers, so that one slice has one name. */
  private about(places: PlacedRequest): readonly number[] {
    const own = this.byAction.get(keyOf(places.action.uid)) ?? []
    return [...own, ...this.general]
      .filter((number) => this.is(({ json }) => headMatches(json, places), number))
      .sort((a, b) => a - b)
  }

  private listFor(action: string | undefined): number[] {
    if (action === undefined) return this.general
    const list = this.byAction.get(action) ?? []
    this.byAction.set(action, list)
    return list
  }
}

type Attempt<T> = { readonly got: T } | { readonly why: string }

const NOBODY_ASKED: Attempt<SliceAnswer> = {
  got: { satisfied: new Set(), errors: new Map() },
}

/**
 * Whatever goes wrong in asking, Cedar's own failure too, leaves every policy asked without an
 * answer: that is an error of each, so that a forbid denies and a permit does not allow.
 */
function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { got: work() }
  } catch (error) {
    return { why: error instanceof Error ? error.message : 'Cedar failed' }
  }
}

function openRule({ ref, source, piece, demands }: CedarPolicy): SettledRule {
  return { ref, source, at: piece, outcome: 'open', demands }
}

function settledRule(
  number: number,
  policy: CedarPolicy,
  answer: Attempt<SliceAnswer>,
): SettledRule {
  const rule = openRule(policy)
  if ('why' in answer)
    return { ...rule, outcome: 'error', fault: { at: policy.piece, message: answer.why } }
  const error = answer.got.errors.get(number)
  if (error !== undefined) return { ...rule, outcome: 'error', fault: faultOf(error, policy) }
  return { ...rule, outcome: answer.got.satisfied.has(number) ? 'true' : 'false' }
}

function faultOf(error: CedarError, { text, piece }: CedarPolicy) {
  return { at: spanOf(error, text, piece.start), message: faultMessageOf(error, text) }
}
