import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { AgentSettings } from '../agent.ts'
import { credentialed } from '../agent.ts'
import type { Cast } from '../cast.ts'
import { posted } from '../stage.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'research tries to get round it: nine ways, all refused, all receipted'

interface Attempt {
  readonly attempt: string
  /** The code its receipt must carry. */
  readonly code: string
  run(): Promise<{ refused: boolean; heard: string }>
}

interface Receipt {
  readonly seq: number
  readonly code?: string
}

export async function play(cast: Cast): Promise<Evidence & { ok: boolean }> {
  const { stage } = cast
  const before = posted(stage).length
  const outcomes = []
  for (const { attempt, code, run } of await attempts(cast)) {
    const from = (await receipts(cast)).length
    const { refused, heard } = await run()
    const left = (await receipts(cast)).slice(from)
    const receipt = left.find((candidate) => candidate.code === code)
    outcomes.push({ attempt, refused, heard, code, receipt: receipt?.seq })
  }
  const ok =
    outcomes.every(({ refused, receipt }) => refused && receipt !== undefined) &&
    posted(stage).length === before
  return {
    ok,
    attempts: outcomes,
    shown: [
      ...outcomes.map(({ attempt, refused, heard, code, receipt }) =>
        [
          refused ? 'refused' : 'PASSED ',
          attempt.padEnd(50),
          heard.padEnd(5),
          `${code}, receipt ${receipt}`,
        ].join('  '),
      ),
      'Proves: no spelling, no borrowed or forged credential, no side door passes the guard.',
    ],
  }
}

async function receipts({ stage }: Cast): Promise<readonly Receipt[]> {
  const shown = await stage.operator<{ receipts: Receipt[] }>([
    'ledger',
    'show',
    '--limit',
    '100000',
  ])
  return shown.receipts
}

async function attempts(cast: Cast): Promise<readonly Attempt[]> {
  const { stage, sales, salesSettings, research, researchSettings } = cast
  const expired = await stage.credential('research', { ttl: '1s' })
  const expiry = new Promise((resolve) => setTimeout(resolve, 1100))
  const post = (settings: AgentSettings, change: Change = {}) => postCall(settings, change)
  return [
    {
      attempt: "another agent's token",
      code: 'IDENTITY_UNPROVED',
      run: () => post({ url: stage.url, token: salesSettings.token }),
    },
    {
      attempt: "another agent's token with a proof of its own",
      code: 'IDENTITY_UNPROVED',
      run: async () => post({ ...salesSettings, key: await newKey() }),
    },
    {
      attempt: "another agent's session",
      code: 'SESSION_UNKNOWN',
      run: () => post(researchSettings, { session: sales.session }),
    },
    {
      attempt: 'a forged token',
      code: 'IDENTITY_INVALID',
      run: async () => post({ url: stage.url, token: await forged(salesSettings.token) }),
    },
    {
      attempt: 'an expired token',
      code: 'IDENTITY_EXPIRED',
      run: async () => {
        await expiry
        return post(expired)
      },
    },
    {
      attempt: 'the tool under its own name, without the namespace',
      code: 'POLICY_DENIED',
      run: async () => {
        const answer = await research.call('post_message', { channel: '#orders', text: 'hi' })
        return { refused: answer.isError === true, heard: 'error' }
      },
    },
    {
      attempt: "Slack's own port, with the credential it was given",
      code: 'IDENTITY_MISDIRECTED',
      run: () => post({ ...researchSettings, url: `http://127.0.0.1:${stage.slack.port}/mcp` }),
    },
    {
      attempt: 'a JSON-RPC batch',
      code: 'REQUEST_BATCH',
      run: () => post(researchSettings, { session: research.session, body: (call) => [call] }),
    },
    {
      attempt: 'a header that says another tool than the body',
      code: 'REQUEST_HEADER_MISMATCH',
      run: () =>
        post(researchSettings, {
          session: research.session,
          headers: { 'mcp-method': 'tools/call', 'mcp-name': 'files.read_text_file' },
        }),
    },
  ]
}

interface Change {
  readonly session?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: (call: object) => unknown
}

/** `slack.post_message` over plain HTTP, as someone would who does not use the SDK. */
async function postCall(
  settings: AgentSettings,
  { session, headers, body = (call) => call }: Change,
) {
  const params = { name: 'slack.post_message', arguments: { channel: '#orders', text: 'hi' } }
  const answer = await credentialed(settings)(settings.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
      ...headers,
    },
    body: JSON.stringify(body({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })),
  })
  await answer.text()
  return { refused: answer.status >= 400, heard: String(answer.status) }
}

/** The claims of a real token, signed by a key of the forger's own. */
async function forged(token: string): Promise<string> {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const { cnf: _binding, ...unbound } = claims
  const { privateKey } = await generateKeyPair('EdDSA')
  return new SignJWT(unbound).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' }).sign(privateKey)
}

async function newKey() {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return exportJWK(privateKey)
}
