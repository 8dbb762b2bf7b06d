import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An address that passes everything on as it is, but for a credential: the suite has none. */
export interface Credentialed {
  readonly url: string
  close(): void
}

export async function credentialed(target: URL, token: string): Promise<Credentialed> {
  const server = createServer((request, response) => {
    const { method, headers } = request
    const { hostname, port, pathname } = target
    const { localPort } = request.socket
    // Names of this address stand for those of the target; foreign ones are what is tested.
    const here = (text?: string) => text?.replace(`:${localPort}`, `:${port}`)
    const { host, origin } = headers
    const names = { host: here(host), ...(origin !== undefined && { origin: here(origin) }) }
    const authorized = { ...headers, ...names, authorization: `Bearer ${token}` }
    const onward = forward(
      { hostname, port, method, path: pathname, headers: authorized },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    // Who leaves here leaves there: closing a stream may say something.
    response.once('close', () => onward.destroy())
    onward.once('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
