import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Special addresses (RFC 6890 and its registries): none of them is somebody else's server. */
const SPECIAL_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]
/** Within 2000::/3, outside of which no address is public: documentation, Teredo, 6to4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const special = blocks(SPECIAL_V4, 'ipv4')
const specialV6 = blocks(SPECIAL_V6, 'ipv6')
const globalV6 = blocks(['2000::/3'], 'ipv6')

function blocks(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [net = '', bits = '0'] = subnet.split('/')
    list.addSubnet(net, Number(bits), family)
  }
  return list
}

/** Is it an address of the public internet, as far as its number tells? */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4')
  if (isIP(address) !== 6 || address.includes('%')) return false
  return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6')
}

/**
 * A lookup that finds public addresses alone, for `net.connect`: what was checked is what is
 * connected to, so that a name cannot point elsewhere a moment later. One private address among
 * public ones refuses the name.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error !== null || first === undefined) {
      callback(error ?? new Error('the name has no address'), '')
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      callback(new Error('the name has an address that is not public'), '')
    } else if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
