import { type Action, argsOf, operationOf } from '../action.ts'
import { PortcullisError } from '../errors.ts'
import type { Identity } from '../identity/principal.ts'
import type { JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'

const SUBJECT_KINDS = ['human', 'agent', 'data'] as const
type SubjectKind = (typeof SUBJECT_KINDS)[number]

/**
 * Whose data a payload is: a person or an agent that asked, or somebody whom the arguments name
 * (`data:4711`). It never enters a leaf; there its pseudonym stands.
 */
export type Subject = `${SubjectKind}:${string}`

/** Longest name of a subject, in UTF-16 code units. */
export const MAX_SUBJECT_LENGTH = 256

/** Where the arguments of an operation say whom it is about: names of members, outermost first. */
export type SubjectPaths = Readonly<Record<string, readonly string[]>>

export interface AboutWhom {
  readonly subject: Subject
  /** False where the arguments should name somebody and do not: then it is who asks. */
  readonly found: boolean
}

/** Reads a subject as operators write it. @throws PortcullisError `SUBJECT_INVALID`. */
export function parseSubject(text: string): Subject {
  const split = text.indexOf(':')
  const kind = SUBJECT_KINDS.find((each) => each === text.slice(0, split))
  const name = text.slice(split + 1)
  if (kind !== undefined && isName(name)) return `${kind}:${name}`
  throw new PortcullisError('SUBJECT_INVALID', 'a subject reads `agent:NAME`, `human:…`, `data:…`')
}

/** `args.customer.id` as names of members; nothing where it is no such path. */
export function parseSubjectPath(text: string): readonly string[] | undefined {
  const [root, ...members] = text.split('.')
  const named = members.length > 0 && members.every((member) => member !== '')
  return root === 'args' && named ? members : undefined
}

/** Whom an action is about: as the arguments say, else the human who asks, else the agent. */
export function subjectOf(action: Action, identity: Identity, paths: SubjectPaths): AboutWhom {
  const operation = operationOf(action)
  const path = Object.hasOwn(paths, operation) ? paths[operation] : undefined
  if (path === undefined) return { subject: askerOf(identity), found: true }
  const named = nameAt(argsOf(action), path)
  if (named !== undefined) return { subject: `data:${named}`, found: true }
  return { subject: askerOf(identity), found: false }
}

function askerOf({ chain, principal }: Identity): Subject {
  const human = chain.find(({ kind }) => kind === 'human')
  return human === undefined ? `agent:${principal.id}` : `human:${human.id}`
}

function nameAt(args: JsonValue, path: readonly string[]): string | undefined {
  let value: JsonValue | undefined = args
  for (const member of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, member)) return undefined
    value = value[member]
  }
  const name = typeof value === 'number' ? String(value) : value
  return typeof name === 'string' && isName(name) ? name : undefined
}

function isName(name: string): boolean {
  const characters = name.isWellFormed() && !/\p{Cc}/u.test(name)
  return characters && name.length > 0 && name.length <= MAX_SUBJECT_LENGTH
}
