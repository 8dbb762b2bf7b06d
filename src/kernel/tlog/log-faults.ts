/** What may be wrong with a log that is kept as tiles, beside its checkpoint, in words. */
export const LOG_FAULTS = {
  LOG_ROLLED_BACK: 'the log is shorter than it was when it was last looked at',
  LOG_FORKED: 'the log is not the one that was remembered: somebody keeps two histories',
  LOG_ENTRY_ALTERED: 'an entry is not the one that was signed',
  LOG_ENTRY_INVALID: 'what was signed is neither a receipt of this place nor the head of a tenant',
  LOG_ENTRIES_MISSING: 'a bundle of entries is not there, or not whole',
  LOG_TILE_ALTERED: 'a tile of hashes is not that of the entries',
  LOG_TILE_MISSING: 'a tile of hashes is not there, or not whole',
  LOG_ROOT_DIFFERS: 'entries and tiles agree, and are not those that were signed',
} as const

export type LogFault = keyof typeof LOG_FAULTS

/** One thing that is wrong, and where: the path of a file of the log. */
export interface LogProblem {
  readonly code: LogFault
  readonly place: string
  readonly message: string
}
