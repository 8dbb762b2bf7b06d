import type {
  ToolApproval,
  ToolPinList,
  ToolPinView,
  ToolQuery,
  ToolReadingRequest,
  ToolReadingView,
  ToolRejection,
  ToolReviewList,
} from '../../contract/tools.ts'

/** What is decided about tools of servers. Each may throw a `PortcullisError`. */
export interface ToolOperations {
  toolPins(query: ToolQuery): ToolPinList
  reviewTools(query: ToolQuery): ToolReviewList
  readTool(request: ToolReadingRequest): Promise<ToolReadingView>
  approveTool(request: ToolApproval): Promise<ToolPinView>
  rejectTool(request: ToolRejection): Promise<ToolPinView>
}
