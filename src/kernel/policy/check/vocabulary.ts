/** What a condition may read: the parts of a request, and the roots of richer requests to come. */
export const ROOTS: readonly string[] = [
  'agent',
  'args',
  'context',
  'data',
  'datasets',
  'operation',
  'principal',
  'resource',
  'resources',
  'session',
  'source',
  'system',
  'target',
  'user',
]

/** Types as far as they are known without a request. */
export type StaticType = 'boolean' | 'number' | 'string' | 'list' | 'any'

interface Method {
  readonly receiver: StaticType
  readonly args: readonly StaticType[]
}

export const METHODS: ReadonlyMap<string, Method> = new Map([
  ['contains', { receiver: 'list', args: ['any'] }],
  ['containsAny', { receiver: 'list', args: ['list'] }],
  ['containsAll', { receiver: 'list', args: ['list'] }],
  ['isEmpty', { receiver: 'list', args: [] }],
  ['startsWith', { receiver: 'string', args: ['string'] }],
  ['endsWith', { receiver: 'string', args: ['string'] }],
])

/** Names that every object answers to without anybody having sent them. */
export function isPrototypeName(name: string): boolean {
  return name in Object.prototype
}
