#!/bin/sh
# Checks one exported receipt with openssl and the text tools of any Unix: the signature on the
# checkpoint, and that the receipt is in the signed tree. Where the receipt comes from the log of a
# tenant it checks as well, if that is shown, that this log is under the log of the node.
#
#   openssl-verify.sh RECEIPT.json LEDGER.vkey
set -eu
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuse() {
  echo "REFUSED: $1" >&2
  exit 1
}

# The file is {"head":"...","proof":"...","receipt":"..."}, and may be without the first. In the
# proofs only newlines are escaped, in the receipt, JSON on one line, only quotes and backslashes.
member='s/^{\("head":"\([^"]*\)",\)\{0,1\}"proof":"\([^"]*\)","receipt":"\(.*\)"}$'
printf '%b' "$(sed -n "$member/\\2/p" "$1")" >"$work/head"
printf '%b' "$(sed -n "$member/\\3/p" "$1")" >"$work/proof"
sed -n "$member/\\4/p" "$1" | sed 's/\\\(["\\]\)/\1/g' | tr -d '\n' >"$work/leaf"

# The key: name+id+base64(0x01 and 32 bytes). OpenSSL wants the 32 bytes behind a DER header.
vkey=$(cat "$2")
node=${vkey%%+*}
rest=${vkey#*+}
{
  printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  printf '%s\n' "${rest#*+}" | openssl base64 -d -A | tail -c +2
} >"$work/key.der"

# prove PROOF LEAF: the file LEAF is a leaf under a checkpoint that the key signed. Afterwards
# `name` is the log, `index` the place and `size` the number of leaves, `$work/text` the checkpoint.
prove() {
  # A header, `index N`, hashes up to a blank line, then the signed checkpoint, which is origin,
  # size and root up to a blank line, then `-- name signature` with a long dash.
  index=$(sed -n '2s/^index \([0-9]*\)$/\1/p' "$1")
  sed '1,2d;/^$/,$d' "$1" >"$work/path"
  sed '1,/^$/d' "$1" >"$work/note"
  sed '/^$/,$d' "$work/note" >"$work/text"
  name=$(sed -n 1p "$work/text")
  size=$(sed -n '2s/^\([0-9]*\)$/\1/p' "$work/text")
  [ -n "$index" ] && [ -n "$size" ] || refuse 'the proof is not well formed'
  [ "$(wc -l <"$work/text")" -eq 3 ] || refuse 'the checkpoint is not well formed'

  # A node signs the logs of its tenants with its own key, under their names: node/l/16 hex digits.
  if [ "$name" != "$node" ]; then
    tenant=${name#"$node"/l/}
    [ "$name" = "$node/l/$tenant" ] && [ ${#tenant} -eq 16 ] || refuse 'it is another log'
    case $tenant in *[!0-9a-f]*) refuse 'it is another log' ;; esac
  fi

  # The signature: base64(4 bytes of key id and 64 of Ed25519). Lines of other lengths are of other
  # kinds: witnesses, and ML-DSA under the same name. The id is the beginning of
  # SHA-256(name, newline, 0x01, key): lines of another id are of another key.
  { printf '%s\n\001' "$name"; tail -c 32 "$work/key.der"; } |
    openssl dgst -sha256 -binary | head -c 4 >"$work/id"
  grep -F "— $name " "$work/note" | sed -n 's/.* \([A-Za-z0-9+/]\{91\}=\)$/\1/p' >"$work/lines"
  signed=0
  while read -r line; do
    printf '%s\n' "$line" | openssl base64 -d -A >"$work/signed"
    head -c 4 "$work/signed" | cmp -s - "$work/id" || continue
    signed=$((signed + 1))
    tail -c +5 "$work/signed" >"$work/signature"
  done <"$work/lines"
  [ "$signed" -ne 0 ] || refuse 'the key signed nothing here'
  [ "$signed" -eq 1 ] || refuse 'the key signed more than once'
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" \
    -in "$work/text" -sigfile "$work/signature" >/dev/null || refuse 'the signature is wrong'

  # RFC 9162 section 2.1.3.2: from the hash of the leaf up to the root.
  { printf '\000'; cat "$2"; } | openssl dgst -sha256 -binary >"$work/hash"
  last=$((size - 1))
  [ "$index" -le "$last" ] || refuse 'the leaf is not in the tree'
  at=$index
  while read -r sibling; do
    [ "$last" -ne 0 ] || refuse 'the proof is too long'
    printf '%s\n' "$sibling" | openssl base64 -d -A >"$work/sibling"
    if [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
      set -- "$work/sibling" "$work/hash"
      while [ $((at % 2)) -eq 0 ] && [ "$at" -ne 0 ]; do
        at=$((at / 2)) last=$((last / 2))
      done
    else
      set -- "$work/hash" "$work/sibling"
    fi
    { printf '\001'; cat "$@"; } | openssl dgst -sha256 -binary >"$work/next"
    mv "$work/next" "$work/hash"
    at=$((at / 2)) last=$((last / 2))
  done <"$work/path"
  [ "$last" -eq 0 ] || refuse 'the proof is too short'
  [ "$(openssl base64 -A <"$work/hash")" = "$(sed -n 3p "$work/text")" ] ||
    refuse 'the leaf is not in the tree'
}

prove "$work/proof" "$work/leaf"
verdict="leaf $index of $size, signed by $name"
if [ -s "$work/head" ]; then
  # The text of the tenant's checkpoint is a leaf of the log of the node.
  mv "$work/text" "$work/tenant"
  [ "$name" != "$node" ] || refuse 'only the log of a tenant is under another'
  prove "$work/head" "$work/tenant"
  [ "$name" = "$node" ] || refuse 'the second proof does not lead to the log of the node'
  verdict="$verdict; leaf $index of $size, signed by $name"
fi
echo "OK: $verdict"
