import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type { AttributeSource, PolicySource } from '../../pipeline/ports.ts'

const READ = 'storage.read'

/**
 * Would whoever asked for a list be let read that object? Decided like a read of its own, by the
 * policies of this moment, so that a list shows no name that a read would not.
 */
export function mayReadObjects(policies: PolicySource, attributes: AttributeSource) {
  return (asked: PolicyRequest, name: string): boolean => {
    const resource = { type: 'storage', id: name } as const
    const about = attributes.about(READ, resource)
    const [args, data] = [
      { name, head: false },
      { ...about.resource, ...resource },
    ]
    const { effect } = policies.current().decide({
      ...{ operation: READ, resource },
      attributes: {
        ...{ ...asked.attributes, args, input: args, resource: data, data },
        operation: { ...about.operation, name: READ },
      },
    })
    return effect === 'allow' || effect === 'allow_with_conditions'
  }
}
