/** A host name as certificates bear it: no address, no port, at least two labels, in ASCII. */
const DOMAIN =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z])[a-z0-9-]*[a-z0-9]$/

/** In small letters, without a dot last; nothing for what is no such name. */
export function domainName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '')
  return DOMAIN.test(name) ? name : undefined
}
