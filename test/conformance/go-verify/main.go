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
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
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
	vkey := strings.TrimSpace(string(key))
	node, _, _ := strings.Cut(vkey, "+")
	content, err := os.ReadFile(receiptFile)
	if err != nil {
		return "", err
	}
	var file struct{ Receipt, Proof, Head string }
	if err := json.Unmarshal(content, &file); err != nil {
		return "", err
	}
	log, checkpoint, summary, err := prove(vkey, file.Proof, file.Receipt)
	if err != nil || file.Head == "" {
		return summary, err
	}
	// The text of a tenant's checkpoint is a leaf of the log of its node.
	if log == node {
		return "", errors.New("only the log of a tenant is under another")
	}
	over, _, second, err := prove(vkey, file.Head, checkpoint)
	if err != nil {
		return "", err
	}
	if over != node {
		return "", errors.New("the second proof does not lead to the log of the node")
	}
	return summary + "; " + second, nil
}

// prove checks that a leaf is under a checkpoint that the key of the node signed, for its own log or
// that of a tenant. It returns the log and the text of the checkpoint.
func prove(vkey, proof, leaf string) (log, text, summary string, err error) {
	index, path, signed, err := parseProof(proof)
	if err != nil {
		return "", "", "", err
	}
	origin, _, _ := strings.Cut(signed, "\n")
	verifier, err := verifierOf(vkey, origin)
	if err != nil {
		return "", "", "", err
	}
	checkpoint, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", "", "", err
	}
	// A checkpoint begins as Go's own tree description does, one line lower: origin, size, root.
	_, rest, _ := strings.Cut(checkpoint.Text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return "", "", "", err
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash([]byte(leaf))); err != nil {
		return "", "", "", err
	}
	summary = fmt.Sprintf("leaf %d of %d, signed by %s", index, tree.N, origin)
	return origin, checkpoint.Text, summary, nil
}

var tenantLog = regexp.MustCompile(`^/l/[0-9a-f]{16}$`)

// verifierOf is the key under the name of a log: a node signs the logs of its tenants with its own
// key, and the id of a key is the beginning of SHA-256(name, newline, typed key).
func verifierOf(vkey, origin string) (note.Verifier, error) {
	node, rest, _ := strings.Cut(vkey, "+")
	if origin == node {
		return note.NewVerifier(vkey)
	}
	if !strings.HasPrefix(origin, node) || !tenantLog.MatchString(origin[len(node):]) {
		return nil, errors.New("the checkpoint is of another log")
	}
	if _, err := note.NewVerifier(vkey); err != nil {
		return nil, err
	}
	_, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(append([]byte(origin+"\n"), key...))
	return note.NewVerifier(fmt.Sprintf("%s+%x+%s", origin, id[:4], encoded))
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
