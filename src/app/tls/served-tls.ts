import type { ListenTlsConfig } from '../config/tls-config.ts'
import type { ListenerTls } from '../parts.ts'
import type { Certificates } from './certificates.ts'
import type { Live } from './live.ts'

/** What a listener shows and asks for. `where` names the settings: `listen.mcp.tls`. */
export async function servedTls(
  certificates: Certificates,
  { certificate, clients }: ListenTlsConfig,
  where: string,
): Promise<Live<ListenerTls>> {
  const pair = await certificates.pair(`${where}.cert`, certificate)
  if (clients === undefined) return pair
  const roots = await certificates.authorities(`${where}.client_ca`, clients.authority)
  const { required } = clients
  return {
    current: () => ({ ...pair.current(), clients: { ca: roots.current(), required } }),
    onChange(listener) {
      const stops = [pair.onChange(listener), roots.onChange(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
