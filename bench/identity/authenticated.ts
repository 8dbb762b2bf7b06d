import { hash } from 'node:crypto'
import type { Credential } from '../../src/kernel/identity/credential.ts'
import { askBoundToken, askToken, dpopKey } from '../../test/support/oauth-agent.ts'
import { measure } from '../report.ts'
import type { Office, Task } from './office.ts'

/** Requests that are measured of each kind. */
const CALLS = 1_000
const PARAMS = { grant_type: 'client_credentials' }

/** A credential is verified at each request: how much of the guard's time is that? */
export async function authenticated(office: Office): Promise<readonly Task[]> {
  const { issuer, agent, gate, identities } = office
  const plain = await askToken(issuer, agent, { params: PARAMS })
  const bearer = { kind: 'bearer', token: String(plain.body.access_token), loopback: true } as const
  let proofs: Credential[] = []
  const prepare = async () => {
    proofs = await dpopCredentials(office, CALLS)
  }
  const next = () => proofs.pop() ?? bearer
  const guarded = async (credential: Credential) => {
    const channel = { door: 'bench', peer: '127.0.0.1', run: 'bench' }
    const args = { namespace: 'CRM', limit: 1 }
    const action = { kind: 'memory.read', ...args } as const
    const { kind } = await gate.guard({ action, credential, channel })
    if (kind !== 'done') throw new Error(`the guard said ${kind}`)
  }
  const verified = async (credential: Credential) => {
    await identities.verify(credential, Date.now())
  }
  await measure(1, CALLS / 4, () => guarded(bearer))
  const guard = await measure(1, CALLS, () => guarded(bearer))
  const floor = { name: 'guard', sample: guard }
  const one = { callers: 1, calls: CALLS }
  return [
    { name: 'guard/bearer', ...one, work: () => guarded(bearer) },
    { name: 'guard/dpop', ...one, prepare, work: () => guarded(next()) },
    { name: 'verify/bearer', ...one, work: () => verified(bearer), floor },
    { name: 'verify/dpop', ...one, prepare, work: () => verified(next()), floor },
  ]
}

/** As many proofs as there are requests: each serves once. Making them is the agent's work. */
async function dpopCredentials({ issuer, agent }: Office, count: number): Promise<Credential[]> {
  const key = await dpopKey()
  const given = await askBoundToken(issuer, agent, { params: PARAMS, key })
  const token = String(given.body.access_token)
  const url = `${issuer}/mcp`
  const nonce = given.headers.get('dpop-nonce') ?? (await nonceOf(issuer, token))
  const about = { htm: 'POST', htu: url, ath: hash('sha256', token, 'base64url'), nonce }
  const proofs = await Promise.all(Array.from({ length: count }, () => key.proof(about)))
  return proofs.map((proof) => ({ kind: 'dpop', token, proof, method: 'POST', url }))
}

async function nonceOf(issuer: string, token: string): Promise<string> {
  const headers = { authorization: `DPoP ${token}`, dpop: 'none' }
  const response = await fetch(`${issuer}/mcp`, { method: 'POST', headers })
  return response.headers.get('dpop-nonce') ?? ''
}
