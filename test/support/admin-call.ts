import { once } from 'node:events'
import { request } from 'node:http'
import { type RequestOptions, request as secureRequest } from 'node:https'

export interface NetworkCall {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is, as `application/json` unless the headers say otherwise. */
  readonly body?: string
  readonly tls?: Pick<RequestOptions, 'ca' | 'cert' | 'key'>
}

export interface NetworkAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: tests look deep into answers
  readonly body: any
}

/** One request to the admin API over the network: `GET /v1/status`. */
export async function adminRequest(
  address: string,
  call: string,
  { token, headers, body, tls }: NetworkCall = {},
): Promise<NetworkAnswer> {
  const [method = 'GET', path = '/'] = call.split(' ')
  const send = address.startsWith('https:') ? secureRequest : request
  const asked = send(`${address}${path}`, {
    // The certificate is held against the address that was meant, whatever `Host` says.
    ...{ method, agent: false, servername: 'localhost', ...tls },
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  })
  asked.end(body)
  const [answer] = await once(asked, 'response')
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk
    // A watch goes on: its first line says that it is open.
    if (answer.headers['content-type'] === 'application/x-ndjson') break
  }
  const parsed = text === '' ? undefined : JSON.parse(text.split('\n')[0] ?? '')
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: parsed }
}
