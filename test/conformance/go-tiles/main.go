// Command go-tiles checks a log that is served as tiles, with the packages of the Go checksum
// database and nothing of ours: every entry is in the tree of the checkpoint, and the tree of an
// earlier checkpoint is a prefix of it.
//
//	go-tiles URL LOG.vkey [EARLIER.checkpoint]
//
// On Debian, with the packages golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o go-tiles main.go
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const entriesInBundle = 256

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go-tiles URL LOG.vkey [EARLIER.checkpoint]")
		os.Exit(2)
	}
	summary, err := check(strings.TrimSuffix(os.Args[1], "/"), os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println("OK:", summary)
}

func check(url, keyFile string, earlier []string) (string, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return "", err
	}
	signed, err := get(url + "/checkpoint")
	if err != nil {
		return "", err
	}
	tree, err := open(signed, verifier)
	if err != nil {
		return "", err
	}
	hashes := tlog.TileHashReader(tree, tiles{url})
	for n := int64(0); n < tree.N; n += entriesInBundle {
		if err := checkBundle(url, tree, hashes, n); err != nil {
			return "", err
		}
	}
	for _, file := range earlier {
		if err := checkEarlier(file, tree, hashes, verifier); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d entries of %s", tree.N, verifier.Name()), nil
}

// checkBundle puts each entry of a bundle into the tree by a proof made from tiles alone.
func checkBundle(url string, tree tlog.Tree, hashes tlog.HashReader, first int64) error {
	width := tree.N - first
	if width > entriesInBundle {
		width = entriesInBundle
	}
	tile := tlog.Tile{H: 8, L: -1, N: first / entriesInBundle, W: int(width)}
	path := strings.Replace(pathOf(tile), "tile/data/", "tile/entries/", 1)
	bundle, err := get(url + "/" + path)
	if err != nil {
		return err
	}
	for n := first; n < first+width; n++ {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return errors.New("a bundle is cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(bundle[2:end])
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf); err != nil {
			return err
		}
		bundle = bundle[end:]
	}
	if len(bundle) != 0 {
		return errors.New("a bundle is too long")
	}
	return nil
}

func checkEarlier(file string, tree tlog.Tree, hashes tlog.HashReader, v note.Verifier) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := open(signed, v)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// open verifies a checkpoint. It begins as Go's own tree description does, one line lower.
func open(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
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

// tiles reads tiles over HTTP. tlog.TileHashReader checks them against the tree.
type tiles struct{ url string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		bytes, err := get(t.url + "/" + pathOf(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// pathOf is Go's path of a tile without the height, which C2SP tlog-tiles leaves out.
func pathOf(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}
