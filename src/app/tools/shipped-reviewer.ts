import { reviewTool } from '../../kernel/tools/review/review-tool.ts'
import type { ToolReviewer } from './reviewer.ts'
import { shippedClassifier } from './scan-tools.ts'

/** The rules and the classifier that this version ships, for whoever decides about a tool. */
export function shippedReviewer(): ToolReviewer {
  const classifier = shippedClassifier()
  return (definition, context) => reviewTool(definition, { ...context, classifier })
}
