import type { ConfigDraft, DraftPlace } from '../app/config/config-draft.ts'
import { codeOf } from '../kernel/errors.ts'
import { type ConfigOptions, inspectedTenant } from './config-option.ts'

/** What the runtime answers; nothing where none is running. Any other failure is one. */
export async function whereRunning<Answer>(
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (codeOf(error) === 'RUNTIME_NOT_RUNNING') return undefined
    throw error
  }
}

/**
 * Edits the file that declares a tenant, where no runtime does; returns its name.
 * @throws PortcullisError what the draft throws, `CONFIG_CHANGED`, `FILE_UNWRITABLE`.
 */
export function inFileAlone(
  options: ConfigOptions,
  draft: (place: DraftPlace) => ConfigDraft,
): string {
  const { file } = inspectedTenant(options)
  draft({ main: options.config, file, env: process.env, purpose: 'inspect' }).write()
  return file
}
