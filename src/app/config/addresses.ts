import { isIP } from 'node:net'

/** RFC 6761 section 6.3 for the name; the addresses are 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || name === '::1' || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}
