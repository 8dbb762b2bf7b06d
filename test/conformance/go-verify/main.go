// Command go-verify checks one exported receipt with the packages of the Go checksum database and
// nothing of ours.
//
//	go-verify RECEIPT.json LEDGER.vkey
//
// On Debian, with the packages golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o go-verify main.go
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go-verify RECEIPT.json LEDGER.vkey")
		os.Exit(2)
	}
	summary, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println("OK:", summary)
}

func verify(receiptFile, keyFile string) (string, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(receiptFile)
	if err != nil {
		return "", err
	}
	var file struct{ Receipt, Proof string }
	if err := json.Unmarshal(content, &file); err != nil {
		return "", err
	}
	index, path, signed, err := parseProof(file.Proof)
	if err != nil {
		return "", err
	}
	if verifier, err = verifierOf(verifier, strings.TrimSpace(string(key)), signed); err != nil {
		return "", err
	}
	checkpoint, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	// A checkpoint begins as Go's own tree description does, one line lower: origin, size, root.
	origin, rest, _ := strings.Cut(checkpoint.Text, "\n")
	if origin != verifier.Name() {
		return "", errors.New("the checkpoint is of another log")
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return "", err
	}
	leaf := tlog.RecordHash([]byte(file.Receipt))
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf); err != nil {
		return "", err
	}
	return fmt.Sprintf("leaf %d of %d, signed by %s", index, tree.N, origin), nil
}

// A node signs the logs of its tenants with its own key, under the name of each: NODE/l/ and 16
// hex digits.
func verifierOf(node note.Verifier, vkey, signed string) (note.Verifier, error) {
	origin, _, _ := strings.Cut(signed, "\n")
	prefix := node.Name() + "/l/"
	id := strings.TrimPrefix(origin, prefix)
	if _, err := hex.DecodeString(id); origin != prefix+id || err != nil || len(id) != 16 {
		return node, nil
	}
	encoded := strings.SplitN(vkey, "+", 3)[2]
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(append([]byte(origin+"\n"), key...))
	return note.NewVerifier(fmt.Sprintf("%s+%x+%s", origin, hash[:4], encoded))
}

func parseProof(text string) (int64, tlog.RecordProof, string, error) {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, "", errors.New("this is no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, nil, "", err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return 0, nil, "", errors.New("a line of the proof is no hash")
		}
		path = append(path, *(*tlog.Hash)(hash))
	}
	return index, path, signed, nil
}
