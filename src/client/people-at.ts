import { ERRORS, type ErrorCode, PortcullisError } from '../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../kernel/json/value.ts'

/** How long the runtime may take to answer, in milliseconds: a login waits on purpose. */
export const PEOPLE_TIMEOUT_MS = 30_000

/**
 * What a person says to a runtime: `POST /people/…` at the address where agents connect.
 * @throws PortcullisError with the code that the runtime gave, or `RUNTIME_NOT_RUNNING`.
 */
export async function askPeople(
  path: string,
  body: object,
  { address, token }: { readonly address: string; readonly token?: string },
): Promise<JsonObject> {
  const answer = await post(new URL(`/people/${path}`, address), body, token)
  const said: unknown = await answer.json().catch(() => undefined)
  if (answer.ok && isJsonObject(said)) return said
  const error = isJsonObject(said) && isJsonObject(said.error ?? null) ? said.error : undefined
  const code = isJsonObject(error) ? error.code : undefined
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code)
  const message = isJsonObject(error) ? String(error.message) : 'that is no runtime'
  throw new PortcullisError(known ? (code as ErrorCode) : 'INTERNAL', message)
}

async function post(url: URL, body: object, token: string | undefined): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(body),
      // A token is for this address and for no other.
      redirect: 'error',
      signal: AbortSignal.timeout(PEOPLE_TIMEOUT_MS),
    })
  } catch (cause) {
    const message = `no runtime answers at \`${url.origin}\``
    throw new PortcullisError('RUNTIME_NOT_RUNNING', message, { cause })
  }
}
