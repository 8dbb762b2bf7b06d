/** How often one request may ask for input before it counts as endless. */
export const INPUT_ROUNDS_LIMIT = 10
/** What one result may ask for. */
export const INPUT_REQUESTS_LIMIT = 16
/** Characters of the state that a server has a client hold. */
export const REQUEST_STATE_LIMIT_CHARS = 1024 * 1024
/** Resources whose changes one link may follow. */
export const SUBSCRIPTIONS_LIMIT = 1_000
/** Characters of one header that mirrors a name or an argument. */
export const HEADER_VALUE_LIMIT_CHARS = 8 * 1024
/** Arguments of one tool that are mirrored into headers. */
export const PARAMETER_HEADERS_LIMIT = 32
/** How deep an input schema is searched for arguments to mirror. */
export const SCHEMA_DEPTH_LIMIT = 64
