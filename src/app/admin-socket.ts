import { join } from 'node:path'
import type { Config } from './config.ts'

/** Where the runtime of a configuration listens for its operators. */
export function adminSocket({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'admin.sock')
}
