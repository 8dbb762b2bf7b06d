import type { AddressInfo } from 'node:net'
import type { AdminDoorOptions } from '../../inbound/admin/admin-routes.ts'
import type { Gate } from '../../pipeline/ports.ts'
import { closer } from '../listen.ts'
import { adminAnswer, createAdminDoor, createMcpServer, credentialOf, renewTls } from '../parts.ts'
import type { Shared } from '../tenant/shared.ts'
import { servedTls } from '../tls/served-tls.ts'

/** Where operators come in over the network, listening. */
export interface AdminListening {
  /** `https://127.0.0.1:7071`, with the port that was really taken. */
  readonly address: string
  close(): Promise<void>
}

export type Served = Omit<AdminDoorOptions, 'credentialOf' | 'gate'> & { readonly gate: Gate }

/** Opens the door for operators on the network, where the configuration has one. */
export async function listenAdmin(
  { installation, certificates }: Pick<Shared, 'installation' | 'certificates'>,
  served: Served,
): Promise<AdminListening | undefined> {
  const { admin } = installation.listen
  if (admin === undefined) return undefined
  const { host, port, allowedHosts, allowedOrigins, tls } = admin
  const shown = tls && (await servedTls(certificates, tls, 'listen.admin.tls'))
  const { gate, log } = served
  const server = createMcpServer({
    ...{ gate, log, allowedHosts, allowedOrigins, door: 'admin', answerOf: adminAnswer },
    ...(shown && { tls: shown.current() }),
  })
  shown?.onChange(() => renewTls(server.server, shown.current()))
  const close = closer(server)
  await server.register(createAdminDoor({ ...served, credentialOf }))
  await server.listen({ host, port })
  const scheme = tls === undefined ? 'http' : 'https'
  const { port: taken } = server.server.address() as AddressInfo
  return { address: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${taken}`, close }
}
