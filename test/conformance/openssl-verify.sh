#!/bin/sh
# Checks one exported receipt with openssl and the text tools of any Unix: the signature on the
# checkpoint, and that the receipt is in the signed tree.
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

# The file is {"proof":"...","receipt":"..."}. In the proof only newlines are escaped, in the
# receipt, which is JSON on one line, only quotes and backslashes.
proof=$(sed -n 's/^{"proof":"\([^"]*\)","receipt":".*"}$/\1/p' "$1")
printf '%b' "$proof" >"$work/proof"
sed -n 's/^{"proof":"[^"]*","receipt":"\(.*\)"}$/\1/p' "$1" |
  sed 's/\\\(["\\]\)/\1/g' | tr -d '\n' >"$work/leaf"

# The proof: a header, `index N`, hashes up to a blank line, then the signed checkpoint, which is
# origin, size and root up to a blank line, then `-- name signature` with a long dash.
index=$(sed -n '2s/^index \([0-9]*\)$/\1/p' "$work/proof")
sed '1,2d;/^$/,$d' "$work/proof" >"$work/path"
sed '1,/^$/d' "$work/proof" >"$work/note"
sed '/^$/,$d' "$work/note" >"$work/text"
size=$(sed -n '2s/^\([0-9]*\)$/\1/p' "$work/text")
[ -n "$index" ] && [ -n "$size" ] || refuse 'the proof is not well formed'
[ "$(wc -l <"$work/text")" -eq 3 ] || refuse 'the checkpoint is not well formed'

# The key: name+id+base64(0x01 and 32 bytes). OpenSSL wants the 32 bytes behind a DER header.
vkey=$(cat "$2")
name=${vkey%%+*}
rest=${vkey#*+}
{
  printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  printf '%s\n' "${rest#*+}" | openssl base64 -d -A | tail -c +2
} >"$work/key.der"

# A node signs the logs of its tenants with its own key, under the name of each.
origin=$(sed -n 1p "$work/text")
id=$(printf '%s' "${origin#"$name"/l/}" | tr -cd '0-9a-f')
[ "$origin" = "$name" ] || { [ "$origin" = "$name/l/$id" ] && [ ${#id} -eq 16 ]; } ||
  refuse 'the checkpoint is of another log'
name=$origin

# The signature: base64(4 bytes of key id and 64 of Ed25519). Lines of other lengths are of other
# kinds: witnesses, and ML-DSA under the same name.
grep -F "— $name " "$work/note" | grep -E ' [A-Za-z0-9+/]{91}=$' >"$work/lines" ||
  refuse 'the key signed nothing here'
[ "$(wc -l <"$work/lines")" -eq 1 ] || refuse 'the key signed more than once'
sed 's/.* //' "$work/lines" | openssl base64 -d -A | tail -c +5 >"$work/signature"
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" \
  -in "$work/text" -sigfile "$work/signature" >/dev/null || refuse 'the signature is wrong'

# RFC 9162 section 2.1.3.2: from the hash of the leaf up to the root.
{ printf '\000'; cat "$work/leaf"; } | openssl dgst -sha256 -binary >"$work/hash"
last=$((size - 1))
[ "$index" -le "$last" ] || refuse 'the receipt is not in the tree'
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
  refuse 'the receipt is not in the tree'
echo "OK: leaf $index of $size, signed by $name"
