import { askToken, dpopKey } from '../../test/support/oauth-agent.ts'
import type { Office, Task } from './office.ts'

const CALLERS = [1, 16] as const
const CALLS = { 1: 200, 16: 800 }
const PARAMS = { grant_type: 'client_credentials' }

/** Tokens by private_key_jwt, bound to a key, over HTTP. Assertions and proofs are made before. */
export async function issued({ issuer, agent }: Office): Promise<readonly Task[]> {
  const key = await dpopKey()
  const about = { htm: 'POST', htu: `${issuer}/oauth/token` }
  const headers = { dpop: await key.proof(about) }
  const first = await askToken(issuer, agent, { params: PARAMS, headers })
  const nonce = first.headers.get('dpop-nonce') ?? ''
  const requests: { assertion: string; proof: string }[] = []
  const count = CALLS[1] + CALLS[16]
  for (let made = 0; made < count; made++) {
    const claims = { exp: Math.floor(Date.now() / 1000) + 240 }
    const assertion = await agent.assertion(issuer, { claims })
    requests.push({ assertion, proof: await key.proof({ ...about, nonce }) })
  }
  const ask = async () => {
    const { assertion, proof } = requests.pop() ?? { assertion: '', proof: '' }
    const asked = { params: PARAMS, assertion, headers: { dpop: proof } }
    const { status, body } = await askToken(issuer, agent, asked)
    if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`)
  }
  return CALLERS.map((callers) => ({
    ...{ name: `tokens/${callers}`, callers, calls: CALLS[callers], work: ask },
  }))
}
