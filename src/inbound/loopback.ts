import type { Socket } from 'node:net'

/** Whether a connection came from this machine and to it, by both of its addresses. */
export function isLoopbackConnection({
  remoteAddress,
  localAddress,
}: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean {
  return isLoopbackAddress(remoteAddress) && isLoopbackAddress(localAddress)
}

/** 127.0.0.0/8, also as IPv6 writes it (RFC 4291 section 2.5.5.2), and ::1. */
function isLoopbackAddress(address = ''): boolean {
  return /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address) || address === '::1'
}
