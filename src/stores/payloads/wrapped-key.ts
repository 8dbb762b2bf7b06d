import { createHmac, type KeyObject } from 'node:crypto'
import type { SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Subject } from '../../kernel/privacy/subject.ts'
import { type SubjectKey, seal, subjectKeyOf, unseal } from './subject-key.ts'

/** Whose data keys they are, and what wraps them. */
export interface Tenancy {
  readonly tenantKey: KeyObject
  readonly tenant: string
}

/** A subject under this name is found by who has the key of the tenant, and by nobody else. */
export function nameOfSubject(tenantKey: KeyObject, subject: Subject): Buffer {
  return createHmac('sha256', tenantKey).update(`subject ${subject}`).digest()
}

export function wrapKey(tenancy: Tenancy, name: Uint8Array, dataKey: Uint8Array): Buffer {
  return seal(tenancy.tenantKey, bindingOf(tenancy, name), dataKey)
}

/** @throws PortcullisError `DATA_KEYS_INVALID` for a row that was altered, or is another's. */
export function unwrapKey(
  tenancy: Tenancy,
  { name, wrapped, pseudonym }: Readonly<Record<string, SQLOutputValue>>,
): SubjectKey {
  if (!(name instanceof Uint8Array && wrapped instanceof Uint8Array)) throw notOurs()
  const sealed = { binding: bindingOf(tenancy, name), sealed: wrapped }
  const key = subjectKeyOf(unseal(tenancy.tenantKey, sealed, 'DATA_KEYS_INVALID'))
  if (key.pseudonym !== pseudonym) throw notOurs()
  return key
}

function bindingOf({ tenant }: Tenancy, name: Uint8Array): readonly string[] {
  return ['data key', tenant, Buffer.from(name).toString('hex')]
}

function notOurs(): PortcullisError {
  return new PortcullisError('DATA_KEYS_INVALID', 'a row of the data keys was altered')
}
