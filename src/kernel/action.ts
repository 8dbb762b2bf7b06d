import { type AclAction, aclArgs } from './acl/acl-action.ts'
import type { AdminCall, AdminResourceType } from './admin/admin-call.ts'
import { unreachable } from './errors.ts'
import type { JsonObject, JsonValue } from './json/value.ts'
import { type McpAction, mcpOperation, mcpResource, withMcpArgs } from './mcp/mcp-action.ts'
import {
  type StorageAction,
  storageArgs,
  storageResource,
  withStorageArgs,
} from './storage/storage-action.ts'

/** What somebody asks for: the one shape that every door produces and the guard judges. */
export type Action =
  | ToolCall
  | McpAction
  | MemoryRead
  | MemoryWrite
  | StorageAction
  | AclAction
  | AdminCall

/** A call of an MCP tool. `server` is empty when the name that the agent gave holds none. */
export interface ToolCall {
  readonly kind: 'tool.call'
  readonly server: string
  readonly tool: string
  readonly args: JsonObject
  /** What the params hold beside name and arguments: `_meta`, `task`. Policies do not read it. */
  readonly beside?: JsonObject
  /** The definition that is about to be shown, where it is asked whether the tool may be seen. */
  readonly definition?: JsonObject
}

/** Records of a namespace: one by `key`, or the first `limit` in key order. */
export interface MemoryRead {
  readonly kind: 'memory.read'
  readonly namespace: string
  readonly key?: string
  readonly limit: number
}

export interface MemoryWrite {
  readonly kind: 'memory.write'
  readonly namespace: string
  readonly key: string
  readonly value: JsonValue
}

type McpResourceType = ReturnType<typeof mcpResource>['type']

/** The thing acted on, as policies and receipts name it. */
export interface Resource {
  readonly type: 'tool' | 'memory' | 'storage' | McpResourceType | AdminResourceType
  readonly id: string
}

/** The operation's name in policies: `slack.post_message`, `memory.read`. */
export function operationOf(action: Action): string {
  if (action.kind === 'admin.call') return action.operation
  if (action.kind === 'mcp.request' || action.kind === 'client.request') return mcpOperation(action)
  if (action.kind !== 'tool.call') return action.kind
  return action.server === '' ? action.tool : `${action.server}.${action.tool}`
}

export function resourceOf(action: Action): Resource {
  switch (action.kind) {
    case 'tool.call':
      return { type: 'tool', id: operationOf(action) }
    case 'mcp.request':
    case 'client.request':
      return mcpResource(action)
    case 'memory.read':
    case 'memory.write':
      return { type: 'memory', id: action.namespace }
    case 'storage.read':
    case 'storage.write':
    case 'storage.delete':
    case 'storage.list':
      return { type: 'storage', id: storageResource(action) }
    case 'acl.show':
    case 'acl.grant':
    case 'acl.revoke':
    case 'acl.replace':
      return { type: 'acl', id: action.of }
    case 'admin.call':
      return { type: action.resource.type, id: action.resource.id }
    default:
      return unreachable(action)
  }
}

/** The arguments as policies read them under `args`, and as the input digest covers them. */
export function argsOf(action: Action): JsonObject {
  switch (action.kind) {
    case 'tool.call':
    case 'mcp.request':
    case 'client.request':
      return action.args
    case 'memory.read': {
      const { namespace, key, limit } = action
      return key === undefined ? { namespace, limit } : { namespace, key, limit }
    }
    case 'memory.write':
      return { namespace: action.namespace, key: action.key, value: action.value }
    case 'storage.read':
    case 'storage.write':
    case 'storage.delete':
    case 'storage.list':
      return storageArgs(action)
    case 'acl.show':
    case 'acl.grant':
    case 'acl.revoke':
    case 'acl.replace':
      return aclArgs(action)
    case 'admin.call':
      return action.args
    default:
      return unreachable(action)
  }
}

/** The same action with other arguments, after redaction. The target never changes. */
export function withArgs(action: Action, args: JsonObject): Action {
  switch (action.kind) {
    case 'tool.call':
      return { ...action, args }
    case 'mcp.request':
    case 'client.request':
      return withMcpArgs(action, args)
    case 'memory.read':
      return action
    case 'memory.write':
      return { ...action, value: args.value ?? null }
    case 'storage.read':
    case 'storage.write':
    case 'storage.delete':
    case 'storage.list':
      return withStorageArgs(action, args)
    case 'acl.show':
    case 'acl.grant':
    case 'acl.revoke':
    case 'acl.replace':
    case 'admin.call':
      // What was consented to is carried out, or nothing is.
      return action
    default:
      return unreachable(action)
  }
}
