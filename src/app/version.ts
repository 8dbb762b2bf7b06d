import { createRequire } from 'node:module'

/** Version of the package, as it stands in its manifest. */
export const { version: VERSION } = createRequire(import.meta.url)('../../package.json') as {
  version: string
}
