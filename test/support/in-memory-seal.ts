import { PortcullisError } from '../../src/kernel/errors.ts'
import type { SubjectSeal } from '../../src/pipeline/ports.ts'

/** Seals nothing, but opens only where it was sealed, and nothing of those in `erased`. */
export function inMemorySeal(erased: ReadonlySet<string> = new Set()): SubjectSeal {
  const named = (pseudonym: string, where: readonly string[]) =>
    `${JSON.stringify([pseudonym, ...where])} `
  return {
    seal(pseudonym, where, text) {
      if (erased.has(pseudonym)) throw new PortcullisError('PAYLOAD_ERASED', 'was erased')
      return Buffer.from(Buffer.from(named(pseudonym, where) + text).map((byte) => byte ^ 0xff))
    },
    open(pseudonym, where, sealed) {
      if (erased.has(pseudonym)) return undefined
      const text = Buffer.from(sealed.map((byte) => byte ^ 0xff)).toString()
      const name = named(pseudonym, where)
      if (text.startsWith(name)) return text.slice(name.length)
      throw new PortcullisError('PAYLOAD_INVALID', 'it was sealed elsewhere')
    },
  }
}
