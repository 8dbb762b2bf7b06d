import type { AttributeSource } from '../../pipeline/ports.ts'

/** Policies may tell what is there from what would be made: `unless resource.exists`. */
export function withExistence(
  attributes: AttributeSource,
  exists: (name: string) => boolean,
): AttributeSource {
  return {
    about(operation, resource) {
      const about = attributes.about(operation, resource)
      if (resource.type !== 'storage') return about
      return { ...about, resource: { ...about.resource, exists: exists(resource.id) } }
    },
  }
}
