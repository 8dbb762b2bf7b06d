// Command go-bundle checks the receipts of a bundle with the packages of the Go checksum database
// and nothing of ours. Every proof is made here, from the tiles in the bundle.
//
//	go-bundle BUNDLE LOG.vkey
//
// On Debian, with the packages golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o go-bundle main.go
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go-bundle BUNDLE LOG.vkey")
		os.Exit(2)
	}
	summary, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println("OK:", summary)
}

func check(bundle, keyFile string) (string, error) {
	tree, err := head(filepath.Join(bundle, "tiles", "checkpoint"), keyFile)
	if err != nil {
		return "", err
	}
	receipts, err := filepath.Glob(filepath.Join(bundle, "receipts", "*.json"))
	if err != nil {
		return "", err
	}
	hashes := tlog.TileHashReader(tree, tiles{filepath.Join(bundle, "tiles")})
	for _, file := range receipts {
		if err := checkReceipt(file, tree, hashes); err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return fmt.Sprintf("%d receipts of %d", len(receipts), tree.N), nil
}

// head is the tree of a checkpoint that the key signed. A checkpoint begins as Go's own tree
// description does, one line lower: origin, size, root.
func head(file, keyFile string) (tlog.Tree, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	checkpoint, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(checkpoint.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, errors.New("the checkpoint is of another log")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// checkReceipt puts one receipt at the place that its file is named after.
func checkReceipt(file string, tree tlog.Tree, hashes tlog.HashReader) error {
	place, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(file), ".json"), 10, 64)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var exported struct{ Receipt string }
	if err := json.Unmarshal(content, &exported); err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(tree.N, place, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, place, tlog.RecordHash([]byte(exported.Receipt)))
}

// tiles reads tiles from files. tlog.TileHashReader checks them against the tree.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// Go's path of a tile has its height, which C2SP tlog-tiles leaves out.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(t.folder, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
