#!/bin/sh
# Checks with openssl that a witness cosigned a checkpoint (c2sp.org/tlog-cosignature, Ed25519).
#
#   openssl-cosigned.sh CHECKPOINT WITNESS.vkey
set -eu
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuse() {
  echo "REFUSED: $1" >&2
  exit 1
}

# The key: name+id+base64(0x04 and 32 bytes).
vkey=$(cat "$2")
name=${vkey%%+*}
rest=${vkey#*+}
id=${rest%%+*}
{
  printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  printf '%s\n' "${rest#*+}" | openssl base64 -d -A | tail -c +2
} >"$work/key.der"

# The line: base64(4 bytes of key id, 8 of time in seconds, 64 of signature).
sed '/^$/,$d' "$1" >"$work/text"
grep -F "— $name " "$1" | sed -n 's/.* \([A-Za-z0-9+/]\{102\}==\)$/\1/p' >"$work/lines"
[ "$(wc -l <"$work/lines")" -eq 1 ] || refuse 'the witness did not cosign once'
openssl base64 -d -A <"$work/lines" >"$work/signed"
[ "$(head -c 4 "$work/signed" | od -An -tx1 | tr -d ' \n')" = "$id" ] || refuse 'it is another key'
time=0
for byte in $(tail -c +5 "$work/signed" | head -c 8 | od -An -tu1); do
  time=$((time * 256 + byte))
done
tail -c +13 "$work/signed" >"$work/signature"

# What it signed: its own header, the time, and the text of the checkpoint.
{ printf 'cosignature/v1\ntime %s\n' "$time"; cat "$work/text"; } >"$work/message"
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" \
  -in "$work/message" -sigfile "$work/signature" >/dev/null || refuse 'the cosignature is wrong'
echo "OK: cosigned by $name at $time"
