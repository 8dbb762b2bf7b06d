import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../../src/app/compose.ts'
import { loadConfig } from '../../src/app/config.ts'
import { listen } from '../../src/app/listen.ts'
import { openPeopleDesk } from '../../src/app/people/open-desk.ts'
import type { Log } from '../../src/pipeline/ports.ts'
import { type OAuthAgent, oauthAgent } from '../../test/support/oauth-agent.ts'
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

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A whole runtime in this process with one agent, and nobody behind it. */
export async function openOffice() {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
  const agent: OAuthAgent = await oauthAgent('caller')
  mkdirSync(join(folder, 'policies'))
  writeFileSync(join(folder, 'policies', 'all.policy'), 'policy all { allow: memory.* }\n')
  writeFileSync(
    join(folder, 'portcullis.toml'),
    `[listen.mcp]\nport = 0\n[memory.CRM]\n[agents.caller]\nroles = []\nkeys = ['${agent.jwk}']\n`,
  )
  const config = loadConfig(join(folder, 'portcullis.toml'), {})
  const parts = await compose(config, quiet)
  const doors = await listen(parts, openPeopleDesk(parts))
  return {
    ...{ agent, gate: parts.gate, identities: parts.shared.identities },
    issuer: doors.address,
    async close() {
      await doors.close()
      await parts.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
