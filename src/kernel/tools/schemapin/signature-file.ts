import { PortcullisError } from '../../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'

/** Tools that one file may sign. */
export const SIGNED_TOOLS_LIMIT = 10_000

/**
 * Signature documents beside the definitions, by the name of the tool: `{"tools": {NAME: …}}` as
 * `portcullis tools sign` writes it, or one signed schema `{"schema", "signature", …}` as the
 * signers of the official SDKs do. @throws PortcullisError `SIGNER_FILE_INVALID`.
 */
export function signatureFile(value: JsonValue): ReadonlyMap<string, JsonObject> {
  const invalid = () => new PortcullisError('SIGNER_FILE_INVALID', 'it is no file of signatures')
  if (!isJsonObject(value)) throw invalid()
  const { schema, tools, ...document } = value
  if (isJsonObject(schema) && typeof schema.name === 'string' && tools === undefined) {
    return new Map([[schema.name, document]])
  }
  if (!isJsonObject(tools)) throw invalid()
  const listed = Object.entries(tools)
  if (listed.length > SIGNED_TOOLS_LIMIT) throw invalid()
  return new Map(
    listed.map(([name, each]) => {
      if (isJsonObject(each)) return [name, each]
      throw invalid()
    }),
  )
}
