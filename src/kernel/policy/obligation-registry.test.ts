import assert from 'node:assert/strict'
import test from 'node:test'
import { obligationRegistry } from './obligation-registry.ts'

const redact = obligationRegistry({
  patterns: ['email', 'phone'],
  checkField: (path) => {
    if (path.includes('..')) throw new Error(`\`${path}\` is no path`)
  },
}).get('redact')?.call

test('fields and patterns are told apart, each once, in one order', () => {
  const obligation = redact?.(['result.x', 'phone', 'args.b', 'email', 'phone', 'args.b'])
  const fields = ['args.b', 'result.x']
  assert.deepEqual(obligation, { kind: 'redact', fields, patterns: ['email', 'phone'] })
})

const PROBLEMS = [
  [['email', 'ssn'], 1],
  [['args..b'], 0],
  [['args'], 0],
  [['argsx.b'], 0],
  [[], undefined],
  [['email', 3], 1],
] as const

for (const [args, argument] of PROBLEMS)
  test(`redact(${args.join(', ')}) is refused`, () => {
    const problem = redact?.(args)
    assert.ok(problem?.kind === 'problem')
    assert.equal(problem.argument, argument)
  })
