import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../../src/app/compose.ts'
import { loadConfig } from '../../src/app/config.ts'
import { listen } from '../../src/app/listen.ts'
import { openPeopleDesk } from '../../src/app/people/open-desk.ts'
import type { Log } from '../../src/pipeline/ports.ts'
import { askToken, type OAuthAgent, oauthAgent } from '../../test/support/oauth-agent.ts'
import type { Sample } from '../report.ts'

/** One thing to measure. */
export interface Task {
  readonly name: string
  readonly callers: number
  readonly calls: number
  /** Right before: what may not grow old. */
  readonly prepare?: () => Promise<void>
  readonly work: () => Promise<void>
  /** What it is compared with. */
  readonly floor?: { readonly name: string; readonly sample: Sample }
}

export type Office = Awaited<ReturnType<typeof openOffice>>

const CONFIG = `[listen.mcp]
port = 0
[memory.CRM]
[memory.readers]
[roles.reader]`

const POLICY = `policy all {
  allow: memory.*
  deny: memory.read("readers") unless principal.roles.contains("reader")
}
`

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A whole runtime in this process with one agent, and nobody behind it. */
export async function openOffice() {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
  const agent: OAuthAgent = await oauthAgent('caller')
  mkdirSync(join(folder, 'policies'))
  writeFileSync(join(folder, 'policies', 'all.policy'), POLICY)
  writeFileSync(
    join(folder, 'portcullis.toml'),
    `${CONFIG}\n[agents.caller]\nroles = []\nkeys = ['${agent.jwk}']\n`,
  )
  const config = loadConfig(join(folder, 'portcullis.toml'), {})
  const parts = await compose(config, quiet)
  const doors = await listen(parts, openPeopleDesk(parts))
  return {
    ...{ agent, gate: parts.gate, home: parts.home, identities: parts.shared.identities },
    /** A plain token, for this machine. */
    async token(of: OAuthAgent) {
      const params = { grant_type: 'client_credentials' }
      const { body } = await askToken(doors.address, of, { params })
      return String(body.access_token)
    },
    issuer: doors.address,
    async close() {
      await doors.close()
      await parts.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
