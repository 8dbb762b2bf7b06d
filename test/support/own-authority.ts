import { generateKeyPairSync } from 'node:crypto'
import type { TestContext } from 'node:test'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { Authority } from '../../src/sources/svids/authority.ts'
import { makeRoot } from '../../src/sources/svids/certificates.ts'
import { CaKeys } from '../../src/stores/keys-file/ca-keys.ts'
import { scratch } from './scratch.ts'

export const TRUST_DOMAIN = 'gate.example.com'

/** An authority over a folder of its own. */
export async function ownAuthority(t: TestContext, now = Date.now()) {
  const directory = await scratch(t)
  const make = (key: Parameters<typeof makeRoot>[1]['key'], at: number) =>
    makeRoot(TRUST_DOMAIN, { key, now: at })
  const open = async (at = now) =>
    new Authority(TRUST_DOMAIN, await CaKeys.open(directory, { make, now: at }))
  return { directory, authority: await open(), open }
}

export function agentId(id: string) {
  return { trustDomain: TRUST_DOMAIN, tenant: DEFAULT_TENANT, kind: 'agent', id } as const
}

export function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}
