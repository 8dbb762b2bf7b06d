import type { NewServer } from '../../contract/servers.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { type ConfigDraft, type DraftPlace, draftConfig } from '../config/config-draft.ts'
import { withoutServer, withServer } from '../config/edit-servers.ts'
import { type DeclaredServer, serverTable } from '../config/server-table.ts'

/**
 * The configuration with one more server, as a draft that would load.
 * @throws PortcullisError `SERVER_TAKEN`; `SERVER_REFUSED` where it would not load so, or where a
 * credential is written out; `REQUEST_INVALID`, `FILE_UNREADABLE`.
 */
export function draftWithServer(place: DraftPlace, server: NewServer): ConfigDraft {
  const { name } = server
  const table = serverTable(name, declaredOf(server))
  const draft = draftAs(place, (text) => withServer(text, name, table))
  const writtenOut = draft.config.warnings.filter((text) => text.includes(`\`servers.${name}.`))
  if (writtenOut.length > 0) throw refused(writtenOut.join('\n'))
  return draft
}

/**
 * The configuration without a server, as a draft that would load.
 * @throws PortcullisError `SERVER_UNKNOWN`, `SERVER_UNCUT`, `SERVER_REFUSED`, `FILE_UNREADABLE`.
 */
export function draftWithoutServer(place: DraftPlace, name: string): ConfigDraft {
  return draftAs(place, (text) => withoutServer(text, name))
}

function draftAs(place: DraftPlace, edit: (text: string) => string): ConfigDraft {
  try {
    return draftConfig(place, edit)
  } catch (error) {
    if (!codeOf(error).startsWith('CONFIG_')) throw error
    throw refused(error instanceof Error ? error.message : '', error)
  }
}

function refused(why: string, cause?: unknown): PortcullisError {
  return new PortcullisError('SERVER_REFUSED', why, { cause })
}

/** @throws PortcullisError `REQUEST_INVALID` for what is neither a program nor an address. */
function declaredOf({ name: _, ...server }: NewServer): DeclaredServer {
  const { command, args, env, cwd, url, headers, ...more } = server
  const started = [command, args, env, cwd].some((each) => each !== undefined)
  const reached = [url, headers].some((each) => each !== undefined)
  if (command !== undefined && !reached) {
    const place = cwd === undefined ? {} : { cwd }
    return { transport: 'stdio', command, args: args ?? [], env: env ?? {}, ...place, ...more }
  }
  if (url !== undefined && !started) {
    return { transport: 'http', url, headers: headers ?? {}, ...more }
  }
  const message = 'a server has a `command` with `args`, `env`, `cwd`; or a `url` with `headers`'
  throw new PortcullisError('REQUEST_INVALID', message)
}
