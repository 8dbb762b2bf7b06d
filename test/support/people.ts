import type { RunningRuntime } from './running-runtime.ts'

/** The password of everybody in these tests. */
export const PASSWORD = 'kaffee um halb acht'

export interface Said {
  readonly status: number
  readonly body: {
    readonly token: string
    readonly id: string
    readonly flow: string
    readonly url: string
    readonly options: object
    readonly mfaVerified: boolean
    readonly session: { readonly mfa_verified: boolean }
    readonly error?: { readonly code: string; readonly message: string }
  }
}

/** What a person says to a runtime, as a program of its own would. */
export function peopleAt(running: Pick<RunningRuntime, 'runtime'>) {
  return async (path: string, body: object, token?: string): Promise<Said> => {
    const answer = await fetch(`${running.runtime.address}/people/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
}
