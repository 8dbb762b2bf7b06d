import { PortcullisError } from '../kernel/errors.ts'
import type { PolicyText } from '../kernel/policy/load-policies.ts'

/** Characters of the name of one file, with its folders. */
export const MAX_POLICY_NAME = 512

const NAME = /^[^/]+(?:\/[^/]+){1,9}\.(?:policy|cedar|cedarschema(?:\.json)?|test\.yaml)$/u
const STRANGE = /(?:^|\/)\.|[\p{Cc}\p{Cf}\\]/u

/**
 * Names of files that came from outside: below a folder, none hidden, none twice, nothing that
 * could lead elsewhere when a version is written out again.
 * @throws PortcullisError `REQUEST_INVALID`
 */
export function checkPolicyNames(files: readonly PolicyText[]): void {
  const seen = new Set<string>()
  for (const { file } of files) {
    const good = file.length <= MAX_POLICY_NAME && NAME.test(file) && !STRANGE.test(file)
    if (good && !seen.has(file)) seen.add(file)
    else throw new PortcullisError('REQUEST_INVALID', `\`${file}\` is no name of a policy file`)
  }
}
