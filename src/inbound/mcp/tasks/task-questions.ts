import { PortcullisError } from '../../../kernel/errors.ts'
import type { Credential } from '../../../kernel/identity/credential.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Channel, Gate, McpClient } from '../../../pipeline/ports.ts'
import { checkDeclared } from '../modern/declared.ts'
import { readInputRequests } from '../modern/input-requests.ts'

/** Who is told of a task. */
export interface Told {
  readonly client: McpClient
  readonly credential: Credential
  readonly channel: Channel
}

/**
 * What a task asks for (SEP-2663, `inputRequests`), its client must have declared, and the policies
 * must let its server ask.
 * @throws PortcullisError `CLIENT_INCAPABLE`, `UPSTREAM_PROTOCOL`, or the code that a question is
 * refused with.
 */
export async function checkTaskQuestions(
  { server, task }: { readonly server: string; readonly task: JsonObject },
  { client, credential, channel }: Told,
  { gate }: { readonly gate: Gate },
): Promise<void> {
  for (const { request } of readInputRequests(task)) {
    const { method, params: args } = request
    checkDeclared(client.about.capabilities, request)
    const action = { kind: 'client.request', server, method, args } as const
    const permission = await gate.permit({ action, credential, channel })
    // Conditions on the answer can't be met where it comes by a way of its own.
    if (permission.kind === 'permitted') continue
    const code = permission.kind === 'refused' ? permission.code : 'POLICY_DENIED'
    throw new PortcullisError(code, `what the task asks is not permitted: \`${method}\``)
  }
}
