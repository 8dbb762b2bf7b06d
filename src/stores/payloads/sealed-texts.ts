import { PortcullisError } from '../../kernel/errors.ts'
import type { SubjectSeal } from '../../pipeline/ports.ts'
import type { DataKeys } from './data-keys.ts'
import { type Binding, seal, unseal } from './subject-key.ts'

/** Texts of one tenant that other stores keep, sealed with the keys of their subjects. */
export function sealedTexts(keys: Pick<DataKeys, 'named'>, tenant: string): SubjectSeal {
  const bindingOf = (pseudonym: string, where: Binding) => ['text', tenant, pseudonym, ...where]
  return {
    seal(pseudonym, where, text) {
      const key = keys.named(pseudonym)
      if (key === undefined) {
        throw new PortcullisError('PAYLOAD_ERASED', `the subject \`${pseudonym}\` was erased`)
      }
      return seal(key.sealKey, bindingOf(pseudonym, where), Buffer.from(text, 'utf8'))
    },
    open(pseudonym, where, sealed) {
      const key = keys.named(pseudonym)
      if (key === undefined) return undefined
      const binding = bindingOf(pseudonym, where)
      return unseal(key.sealKey, { binding, sealed }, 'PAYLOAD_INVALID').toString('utf8')
    },
  }
}
