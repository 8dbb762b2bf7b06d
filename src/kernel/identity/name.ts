import { PortcullisError } from '../errors.ts'

/** Characters of the name of a principal or a role. */
export const NAME_LIMIT = 128

/**
 * Names of principals and roles are ASCII: no letter of another script can look like one of ours,
 * and nothing in them is a path, a control character or a mark that turns the text around.
 */
export const NAME_PATTERN =
  '^(?=.{1,128}$)(?!.*[.]{2})[A-Za-z0-9](?:[A-Za-z0-9._@+-]*[A-Za-z0-9_-])?$'
const NAME = new RegExp(NAME_PATTERN, 'u')

/**
 * Reads the name of a principal or a role, as it is: it is never bent until it fits, since what was
 * proved and what was granted must be the same text.
 * @throws PortcullisError `NAME_INVALID`.
 */
export function nameOf(text: string): string {
  if (text.length > NAME_LIMIT) throw invalid(`a name has at most ${NAME_LIMIT} characters`)
  if (NAME.test(text)) return text
  // UAX #15: another spelling of the same characters, such as full-width letters.
  const folded = text.normalize('NFKC')
  if (folded !== text && NAME.test(folded)) {
    throw invalid(`that is another spelling of \`${folded}\`: write it so`)
  }
  throw invalid('a name is of ASCII letters, digits and `._@+-`, and is no path')
}

/** Two names that people would take for one have one key: it decides whether a name is taken. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('NAME_INVALID', message)
}
