import { PortcullisError } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import { isJsonObject, type JsonValue } from '../../kernel/json/value.ts'
import type { Classifier } from '../../kernel/tools/review/classifier.ts'
import { readClassifier } from '../../kernel/tools/review/read-classifier.ts'
import type { ToolReading } from '../../kernel/tools/review/reading.ts'
import type { Review } from '../../kernel/tools/review/review.ts'
import { reviewTool } from '../../kernel/tools/review/review-tool.ts'
import type { DefinedTool } from '../../pipeline/ports.ts'
import { readBytes } from '../text-files.ts'
import { REVIEWER_WEIGHTS } from './reviewer-weights.ts'

/** The review of one tool, and what a model said of it if one was asked. */
export interface ScannedTool extends DefinedTool {
  readonly review: Review
  readonly reading?: ToolReading
}

/** The classifier that this version ships. */
export function shippedClassifier(): Classifier {
  return readClassifier(REVIEWER_WEIGHTS)
}

/** Deeper definitions are reviewed as far as the review reads, and told to be too large. */
const MAX_FILE_DEPTH = 512

/**
 * Reviews the tools in a file with the result of `tools/list`, or with the whole answer, or with
 * an array of tools. Throws `FILE_UNREADABLE` or `TOOL_LIST_INVALID`.
 */
export function scanFile(file: string): readonly ScannedTool[] {
  return reviewAll(listedIn(parseStrictJson(readBytes(file), { maxDepth: MAX_FILE_DEPTH })))
}

/** Reviews tools, each with all the others as catalogue. */
export function reviewAll(listed: readonly DefinedTool[]): readonly ScannedTool[] {
  const classifier = shippedClassifier()
  const catalogue = listed.map(({ server, tool }) => ({ server, tool }))
  return listed.map((tool) => ({
    ...tool,
    review: reviewTool(tool.definition, { server: tool.server, catalogue, classifier }),
  }))
}

function listedIn(value: JsonValue): readonly DefinedTool[] {
  const result = isJsonObject(value) && isJsonObject(value.result) ? value.result : value
  const tools = isJsonObject(result) ? result.tools : result
  const instructions = isJsonObject(result) ? result.instructions : undefined
  if (!Array.isArray(tools)) throw invalid('the file holds no list `tools`')
  return tools.map((definition: JsonValue, index) => {
    if (!isJsonObject(definition) || typeof definition.name !== 'string')
      throw invalid(`tool ${index + 1} of the list has no name`)
    const read = typeof instructions === 'string' ? { ...definition, instructions } : definition
    return { server: '', tool: definition.name, definition: read }
  })
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('TOOL_LIST_INVALID', message)
}
