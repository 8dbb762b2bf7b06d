import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type {
  AboutServer,
  Caller,
  Gone,
  ListAsker,
  ListPage,
  McpClient,
  McpMessage,
} from '../../pipeline/ports.ts'
import { checkDeclared } from './declared.ts'
import { callOptions, type Waiter } from './links/call-options.ts'
import { ABOUT_NOBODY } from './links/link-key.ts'
import { defaultLinkLimits, Links } from './links/links.ts'
import type { Tools } from './list-tools.ts'
import { leave, type Reach, reach } from './open-transport.ts'
import { type McpServerOptions, RETIRING_WAIT_MS } from './options.ts'
import type { RequestOptions } from './transport.ts'
import { Upstream, type UpstreamOptions, type UpstreamStatus } from './upstream.ts'

export type McpServerParts = Omit<UpstreamOptions, 'to'> & { readonly options: McpServerOptions }

/**
 * One server: the runtime's own link, which lists its tools, and a link for each agent that uses
 * it. Where it is shared, all of them use the runtime's.
 */
export class McpServer {
  readonly options: McpServerOptions
  readonly #name: string
  readonly #to: Reach
  readonly #control: Upstream
  readonly #links: Links

  constructor({ options, ...parts }: McpServerParts) {
    this.options = options
    this.#name = parts.name
    this.#to = reach(options)
    this.#control = new Upstream({ ...parts, to: this.#to })
    this.#links = new Links({
      ...{ server: parts.name, to: this.#to, log: parts.log },
      limits: defaultLinkLimits(options.transport),
      common: () => this.#control.tools,
      toolsChanged: () => this.#control.askAnew(),
    })
  }

  get tools(): Tools {
    return this.#control.tools
  }

  /** What it said of itself to the runtime, also while it is down. */
  get declared(): AboutServer | undefined {
    return this.#control.declared
  }

  get status(): UpstreamStatus {
    return { ...this.#control.status, links: this.#links.size }
  }

  /** Resolves when the runtime's own link was tried once. */
  open(): Promise<void> {
    return this.#control.open()
  }

  /** A tool as it was last listed to this client; to others, as the runtime was told. */
  definition(tool: string, client?: McpClient): JsonObject | undefined {
    return this.#listedTo(client, tool) ?? this.#control.tools.get(tool)
  }

  /** @throws PortcullisError `UPSTREAM_*`, `CALL_CANCELLED`. */
  request(request: McpMessage, identity: Identity, waiter: Waiter): Promise<JsonObject> {
    if (!this.#isOfAgent) {
      // What a shared session is told belongs to no agent: nobody could be told of the task.
      if (request.method === 'tasks/subscribe') return Promise.reject(nobodyTold())
      return this.#control.request(request, this.#sharedOptions(waiter))
    }
    const about = waiter.caller?.client.about ?? ABOUT_NOBODY
    return this.#links.of(identity, about).request(request, waiter)
  }

  /** What has no answer. @throws PortcullisError `UPSTREAM_*`. */
  async notify(notification: McpMessage, identity: Identity, caller?: Caller): Promise<void> {
    if (!this.#isOfAgent) return this.#control.notify(notification)
    const about = caller?.client.about ?? ABOUT_NOBODY
    await this.#links.of(identity, about).notify(notification, caller)
  }

  /** @throws PortcullisError `UPSTREAM_UNKNOWN` for a tool that was listed to nobody. */
  checkListed(tool: string, client?: McpClient): void {
    const { state } = this.#control.status
    if (state !== 'up' || this.definition(tool, client) !== undefined) return
    const message = `server \`${this.#name}\`: there is no tool \`${tool}\``
    throw new PortcullisError('UPSTREAM_UNKNOWN', message)
  }

  /** @throws PortcullisError `UPSTREAM_*`. */
  async about(client: McpClient): Promise<AboutServer> {
    if (!this.#isOfAgent) return this.#control.about()
    return this.#links.of(client.identity, client.about).about(client)
  }

  /** @throws PortcullisError `UPSTREAM_*`. */
  async list({ room, ...page }: ListPage, asker: ListAsker): Promise<JsonObject> {
    const options: RequestOptions = {
      waitMs: this.options.callTimeoutMs,
      grown: room?.answer(),
      streamed: (stream) => asker.streamed?.(stream),
    }
    if (!this.#isOfAgent) return this.#control.request(page, options)
    const { identity, about } = asker.client
    const link = this.#links.of(identity, about)
    const listed = await link.list(page, options)
    if (page.method !== 'tools/list') return listed
    return link.tools.take(listed, page.params.cursor)
  }

  listen(client: McpClient): void {
    if (this.#isOfAgent) this.#links.listen(client)
  }

  leave(client: McpClient): void {
    this.#links.leave(client)
  }

  /** Takes nothing more, and lets what is under way end within a bound. */
  async retire(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, RETIRING_WAIT_MS)
    })
    await Promise.race([late, Promise.all([this.#links.retire(), this.#control.retire()])])
    clearTimeout(timer)
    await this.close()
  }

  async close(): Promise<void> {
    await Promise.all([this.#links.close(), this.#control.close()])
    await leave(this.#to)
  }

  #listedTo(client: McpClient | undefined, tool: string): JsonObject | undefined {
    if (client === undefined || !this.#isOfAgent) return undefined
    return this.#links.find(client.identity, client.about)?.tools.get(tool)
  }

  get #isOfAgent(): boolean {
    return this.options.isolation !== 'shared'
  }

  /** Each caller is asked no more than it declared itself, whatever the shared session says. */
  #sharedOptions(waiter: Waiter): RequestOptions {
    const { caller } = waiter
    const options = callOptions(this.#name, waiter, this.options.callTimeoutMs)
    if (caller === undefined) return options
    const { capabilities } = caller.client.about
    const asked = async (request: McpMessage, withdrawn?: Gone) => {
      checkDeclared(capabilities, request.method)
      return caller.ask(this.#name, request, withdrawn)
    }
    return { ...options, asked }
  }
}

function nobodyTold(): PortcullisError {
  return new PortcullisError('UPSTREAM_REFUSED', 'a shared session follows no tasks')
}
