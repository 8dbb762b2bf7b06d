/** What a condition may read: the parts of a request. */
export const ROOTS: readonly string[] = [
  'agent',
  'args',
  'budget',
  'candidate',
  'context',
  'data',
  'datasets',
  'delegation',
  'human',
  'input',
  'operation',
  'principal',
  'resource',
  'resources',
  'run',
  'session',
  'source',
  'system',
  'target',
  'usage',
  'user',
]

/** Roots that name what is acted on: in a target they stand for any resource. */
export const RESOURCE_ROOTS: readonly string[] = ['data', 'datasets', 'resource', 'resources']

interface Method {
  /** `sized`: a string or a list. */
  readonly receiver: 'list' | 'string' | 'sized'
  readonly args: readonly ('element' | 'list' | 'string')[]
  readonly result: 'boolean' | 'number'
}

export const METHODS: ReadonlyMap<string, Method> = new Map([
  ['contains', { receiver: 'list', args: ['element'], result: 'boolean' }],
  ['containsAny', { receiver: 'list', args: ['list'], result: 'boolean' }],
  ['containsAll', { receiver: 'list', args: ['list'], result: 'boolean' }],
  ['isEmpty', { receiver: 'list', args: [], result: 'boolean' }],
  ['startsWith', { receiver: 'string', args: ['string'], result: 'boolean' }],
  ['endsWith', { receiver: 'string', args: ['string'], result: 'boolean' }],
  ['length', { receiver: 'sized', args: [], result: 'number' }],
])

/** Operations that act on a resource which is not the operation itself, by their beginning. */
export const RESOURCE_FAMILIES = {
  admin: 'admin.',
  memory: 'memory.',
  storage: 'storage.',
  secrets: 'secret.',
  acl: 'acl.',
  hosts: 'egress.',
  models: 'model.',
  routes: 'message.',
} as const

/** Names that every object answers to without anybody having sent them. */
export function isPrototypeName(name: string): boolean {
  return PROTOTYPE_NAMES.has(name)
}

const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))
