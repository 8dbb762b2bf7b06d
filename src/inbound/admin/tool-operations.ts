import type {
  ToolApproval,
  ToolPinList,
  ToolPinView,
  ToolQuery,
  ToolRejection,
  ToolReviewList,
} from '../../contract/tools.ts'

/** What is decided about tools of servers. Each may throw a `PortcullisError`. */
export interface ToolOperations {
  toolPins(query: ToolQuery): ToolPinList
  reviewTools(query: ToolQuery): ToolReviewList
  approveTool(request: ToolApproval): Promise<ToolPinView>
  rejectTool(request: ToolRejection): Promise<ToolPinView>
}
