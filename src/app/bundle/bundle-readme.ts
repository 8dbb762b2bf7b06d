interface Contents {
  readonly receipts: number
  readonly payloads: number
}

/** What whoever gets a bundle reads first. */
export function bundleReadme({ receipts, payloads }: Contents): string {
  return `# Receipts for an investigation

${receipts} receipts of a ledger, each with the proof that it is in the ledger.

| File | Is |
|---|---|
| \`receipts/\` | one in each file: \`receipt\` is the leaf, \`proof\` a C2SP tlog-proof of it |
| \`timeline.json\`, \`timeline.txt\` | what they tell, in the order of the log |
| \`checkpoint\` | the head of the ledger when this was made |
| \`tiles/\` | their log as C2SP tlog-tiles: its checkpoint, and the tiles over them |
| \`keys/\` | public keys, and trust documents if there are any: to compare, not to trust |
| \`payloads/\` | arguments and results (${payloads}), if they were asked for |
| \`manifest.json\`, \`SHA256SUMS\` | every file and its SHA-256 |

## Verify it without us

1. Get the public key of the ledger (its \`vkey\`) from somewhere else than this bundle, and compare
   it with \`keys/ledger.vkey\`. Whoever could alter the receipts could alter the key beside them.
2. \`sha256sum -c SHA256SUMS\`: no file was damaged on the way.
3. For each receipt: the SHA-256 of a zero byte and the bytes of \`receipt\` is the leaf hash; the
   hashes in \`proof\` lead from it to the root in the checkpoint (RFC 9162 section 2.1.3.2); the
   line that begins with a dash is the Ed25519 signature over what stands before the empty line
   (C2SP signed-note). Go's \`golang.org/x/mod/sumdb/note\` and \`tlog\` do all of that, and
   \`openssl\` the signature.
4. Or let tools for transparency logs make the proofs themselves: \`tiles/\` is the log of these
   receipts for them, with every tile of hashes that it takes, and \`keys/log.vkey\` the same public
   key under the name of that log. Entries of others are not in it.

## What it proves

That the holder of the key recorded exactly these bytes, at these places in the log. Not that the
recorder told the truth, and not that these are all receipts there are: \`seq\` shows where some lie
between. Digests in the receipts are keyed, so that nobody can guess a payload from them; payloads
in this bundle were compared with them by the runtime that kept them, which vouches for that. Once
a subject is erased, its digests can no longer be compared by anyone.
`
}
