import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import { Fault, type Step } from '../../kernel/tools/schemapin/verification.ts'
import type { SignerDocuments } from '../../pipeline/ports.ts'

/** Files of the operator: `DOMAIN.json` and `DOMAIN.revocations.json` in one folder. */
export function localFiles(folder: string): SignerDocuments {
  const read = (domain: string, ending: string, step: Step) =>
    // A domain that is no host name could be a path.
    domainName(domain) === domain ? parsedFile(join(folder, `${domain}${ending}`), step) : undefined
  return {
    async discovery(domain) {
      const document = await read(domain, '.json', 'discovery')
      return document === undefined ? undefined : { document, level: 'bundle' }
    },
    async revocations(domain) {
      const document = await read(domain, '.revocations.json', 'revocation')
      return document === undefined ? [] : [document]
    },
  }
}

async function parsedFile(file: string, step: Step): Promise<JsonValue | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Fault(step, 'discovery_fetch_failed', 'a file of a signer cannot be read')
  }
  try {
    return parseStrictJson(bytes)
  } catch (error) {
    throw new Fault(step, 'discovery_invalid', `a file of a signer is no JSON: ${codeOf(error)}`)
  }
}
