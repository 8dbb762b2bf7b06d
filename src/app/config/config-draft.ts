import { chmodSync, chownSync, realpathSync, statSync } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import { readTextFile, writeWhole } from '../text-files.ts'
import type { Config } from './config.ts'
import { type LoadOptions, loadConfig } from './load-config.ts'
import { configError } from './problems.ts'
import { TomlError } from './toml-tree.ts'

/** Which configuration is to be changed. */
export interface DraftPlace {
  /** The file that is loaded. */
  readonly main: string
  /** The file that is changed: the same, or that of a tenant. */
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly purpose: NonNullable<LoadOptions['purpose']>
}

/** A configuration that would load, and is not written yet. */
export interface ConfigDraft {
  readonly config: Config
  /**
   * Puts it in the place of the file, in one step, for the same readers.
   * @throws PortcullisError `CONFIG_CHANGED` where somebody wrote the file since,
   * `FILE_UNWRITABLE`; then it is as it was.
   */
  write(): void
}

const BYTE_ORDER_MARK = '\uFEFF'

/**
 * The configuration as it would be once a file of it was edited.
 * @throws PortcullisError what `edit` throws, `FILE_UNREADABLE`; `CONFIG_*` where it would not
 * load.
 */
export function draftConfig(
  { main, file, env, purpose }: DraftPlace,
  edit: (text: string) => string,
): ConfigDraft {
  const before = readTextFile(file)
  const mark = before.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  const text = edited(before.slice(mark.length), { file, edit })
  const config = loadConfig(main, env, { purpose, draft: { file, text } })
  return {
    config,
    write() {
      if (readTextFile(file) !== before) {
        throw new PortcullisError('CONFIG_CHANGED', `\`${file}\` was written meanwhile`)
      }
      replace(file, `${mark}${text}`)
    },
  }
}

function edited(
  text: string,
  { file, edit }: { readonly file: string; readonly edit: (text: string) => string },
): string {
  try {
    return edit(text)
  } catch (error) {
    if (error instanceof TomlError) throw configError([error], { file, text: '' })
    throw error
  }
}

/** Behind a link, what the link names. Who might read and write it still may, and nobody else. */
function replace(file: string, text: string): void {
  const real = realpathSync(file)
  const { mode, uid, gid } = statSync(real)
  writeWhole(real, text, (draft) => {
    const made = statSync(draft)
    if (made.uid !== uid || made.gid !== gid) chownSync(draft, uid, gid)
    chmodSync(draft, mode & 0o7777)
  })
}
