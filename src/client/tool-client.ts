import type {
  ToolApproval,
  ToolPinList,
  ToolPinView,
  ToolQuery,
  ToolReadingRequest,
  ToolReadingView,
  ToolRejection,
  ToolReviewList,
} from '../contract/tools.ts'

/** Trust in tools, as a client of a running runtime. */
export interface ToolClient {
  toolPins(query?: ToolQuery): Promise<ToolPinList>
  reviewTools(query?: ToolQuery): Promise<ToolReviewList>
  readTool(request: ToolReadingRequest): Promise<ToolReadingView>
  approveTool(request: ToolApproval): Promise<ToolPinView>
  rejectTool(request: ToolRejection): Promise<ToolPinView>
}

/** How long a model may take for both of its answers, with what is recorded, in milliseconds. */
export const TOOL_READING_TIMEOUT_MS = 150_000

interface Call {
  readonly method: 'GET' | 'POST'
  readonly timeoutMs?: number
  readonly path: string
  readonly body?: object
}

export function toolClient<T>(json: (call: Call) => Promise<T>) {
  const get = (path: string, { tool }: ToolQuery = {}) =>
    json({ method: 'GET', path: tool === undefined ? path : `${path}?${asked(tool)}` })
  return {
    toolPins: (query?: ToolQuery) => get('/v1/tools/pins', query),
    reviewTools: (query?: ToolQuery) => get('/v1/tools/review', query),
    readTool: (body: ToolReadingRequest) =>
      json({
        ...{ method: 'POST', path: '/v1/tools/read', timeoutMs: TOOL_READING_TIMEOUT_MS },
        body,
      }),
    approveTool: (body: ToolApproval) => json({ method: 'POST', path: '/v1/tools/approve', body }),
    rejectTool: (body: ToolRejection) => json({ method: 'POST', path: '/v1/tools/reject', body }),
  }
}

function asked(tool: string): string {
  return new URLSearchParams({ tool }).toString()
}
