/** A policy file as read. `file` is the name that diagnostics and decisions show. */
export interface PolicyText {
  readonly file: string
  readonly text: string
}
