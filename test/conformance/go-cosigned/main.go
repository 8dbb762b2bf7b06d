// Command go-cosigned checks a cosigned checkpoint with the packages of the Go checksum database,
// and the Ed25519 cosignature on it with Go's own crypto. It knows nothing of ML-DSA.
//
//	go-cosigned CHECKPOINT LEDGER.vkey WITNESS.vkey
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go-cosigned CHECKPOINT LEDGER.vkey WITNESS.vkey")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
}

func verify(checkpointFile, logFile, witnessFile string) error {
	signed, err := os.ReadFile(checkpointFile)
	if err != nil {
		return err
	}
	log, err := os.ReadFile(logFile)
	if err != nil {
		return err
	}
	witness, err := os.ReadFile(witnessFile)
	if err != nil {
		return err
	}
	logKey, err := note.NewVerifier(strings.TrimSpace(string(log)))
	if err != nil {
		return err
	}
	witnessKey, err := newCosigner(strings.TrimSpace(string(witness)))
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(logKey, witnessKey))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return fmt.Errorf("%d of 2 signatures", len(opened.Sigs))
	}
	fmt.Printf("OK: %d signatures, %d unknown\n", len(opened.Sigs), len(opened.UnverifiedSigs))
	return nil
}

// cosigner verifies type 0x04 of c2sp.org/tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("this is no vkey")
	}
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(typed) != 1+ed25519.PublicKeySize || typed[0] != 4 {
		return nil, errors.New("this is no cosigner of type 0x04")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	hash := binary.BigEndian.Uint32(sum[:4])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the id is another key's")
	}
	return &cosigner{parts[0], hash, ed25519.PublicKey(typed[1:])}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}
