import type { PolicyText } from '../policy/policy-text.ts'
import { type Acl, type AclEntry, aclDigest, LEVELS, type Level } from './acl.ts'
import { type AclResourceType, splitResource } from './acl-resource.ts'

/** What each level adds to the one before it, as operations of policies. */
const OPERATIONS: Readonly<Record<AclResourceType, Readonly<Record<Level, readonly string[]>>>> = {
  storage: {
    read: ['storage.read'],
    write: ['storage.write', 'storage.delete'],
    owner: ['acl.*'],
  },
  memory: { read: ['memory.read'], write: ['memory.write'], owner: ['acl.*'] },
  secret: {
    read: ['secret.read', 'secret.use'],
    write: ['secret.write', 'secret.rotate', 'secret.delete'],
    owner: ['acl.*'],
  },
  // To talk to a model is to read it; there is nothing about it to write.
  model: { read: ['model.*'], write: [], owner: ['acl.*'] },
}

/** The operations that a level permits on a resource of that type. */
export function operationsAt(type: AclResourceType, level: Level): readonly string[] {
  return LEVELS.slice(0, LEVELS.indexOf(level) + 1).flatMap((each) => OPERATIONS[type][each])
}

/**
 * The list as a policy of our own language: what a list permits is said by rules like any others,
 * so that deciding, explaining, comparing and receipts know of nothing new.
 */
export function aclPolicy(acl: Acl): PolicyText {
  const { resource, entries } = acl
  const [type, name] = splitResource(resource)
  const classes = LEVELS.map(
    (level) => `class ${level} = [${operationsAt(type, level).join(', ')}]`,
  )
  const names = [...new Set([name, resource])].map((each) => JSON.stringify(each))
  const text = [
    `# The access control list of ${resource}, as a policy.`,
    ...classes,
    `resource class listed = [${names.join(', ')}]`,
    '',
    `policy acl_${aclDigest(acl)} {`,
    ...entries.map(ruleOf),
    '}',
    '',
  ]
  // A folder in the name of a policy file attaches the policy to somebody, and whoever stores an
  // object chooses its name: `agents/ops/…` must not.
  return { file: `acl:${resource.replaceAll('/', ':')}`, text: text.join('\n') }
}

function ruleOf({ candidate, level }: AclEntry): string {
  return `  allow: ${level}(listed) if candidate.is.contains(${JSON.stringify(candidate)})`
}
