// Public: verifying receipts, offline. Named exports only.
export { PortcullisError } from './kernel/errors.ts'
export type { Receipt } from './kernel/receipt/receipt.ts'
export { verifyPortableReceipt } from './kernel/receipt/verify-receipt.ts'
export { openCheckpoint } from './kernel/tlog/checkpoint.ts'
export { parseVerifierKey } from './kernel/tlog/note.ts'
