// Checks proofs of the log with Go's own packages for notes and trees, and with a verifier of
// cosignatures written from the text of C2SP tlog-cosignature. Nothing here is made from our Python.
//
//	independent LOG-KEY WITNESS-KEY < questions
//
// A question is a line of JSON. The answer is a line: "holds", or why it does not. With "mutate":
// "byte" or "line" every such change is tried too, and one that holds is named.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Proof   []byte      // the file of a proof, and
	Entry   []byte      // the entry it is about; or
	Old     int64       // two sizes,
	New     int64       //
	OldRoot tlog.Hash   // their roots,
	NewRoot tlog.Hash   //
	Path    []tlog.Hash // and what shows that the new tree begins with the old one
	Mutate  string
}

// cosigner verifies signatures of type 0x04: a time, and a signature over it and the text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	if at > 1<<63-1 {
		return false
	}
	signed := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), msg...)
	return ed25519.Verify(c.key, signed, sig[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, errors.New("not a key")
	}
	body, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(body) != 33 || body[0] != 0x04 {
		return cosigner{}, errors.New("not a key for cosignatures")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), body...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return cosigner{}, errors.New("the id is another key's")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), body[1:]}, nil
}

type checker struct {
	log     note.Verifier
	witness cosigner
}

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return n, nil
}

func hash(text string) (tlog.Hash, error) {
	h, err := tlog.ParseHash(text)
	if err == nil && h.String() != text {
		err = errors.New("another text for the same hash")
	}
	return h, err
}

// opened is the text of a note that both the log and the witness signed. Go's decoder takes several
// texts for the same bytes; only the usual one counts.
func (c checker) opened(content []byte) (string, error) {
	n, err := note.Open(content, note.VerifierList(c.log, c.witness))
	if err != nil {
		return "", err
	}
	if len(n.Sigs) != 2 || len(n.UnverifiedSigs) != 0 {
		return "", errors.New("a signature is missing")
	}
	for _, sig := range n.Sigs {
		body, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(body) != sig.Base64 {
			return "", errors.New("another text for the same signature")
		}
	}
	again, err := note.Sign(n)
	if err != nil || !bytes.Equal(again, content) {
		return "", errors.New("the note is written otherwise")
	}
	return n.Text, nil
}

func (c checker) proof(content, entry []byte) error {
	parts := bytes.SplitN(content, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a proof")
	}
	index, err := number(strings.TrimPrefix(lines[1], "index "))
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := hash(line)
		if err != nil {
			return err
		}
		path = append(path, h)
	}
	text, err := c.opened(parts[1])
	if err != nil {
		return err
	}
	head := strings.Split(text, "\n")
	if len(head) != 4 || head[0] != c.log.Name() || head[3] != "" {
		return errors.New("not a checkpoint of the log")
	}
	size, err := number(head[1])
	if err != nil {
		return err
	}
	root, err := hash(head[2])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, size, root, index, tlog.RecordHash(entry))
}

func tree(q question) error {
	return tlog.CheckTree(q.Path, q.New, q.NewRoot, q.Old, q.OldRoot)
}

// mutated calls with every change of one byte (a bit of it, or another letter) or of one line.
func mutated(content []byte, each string, call func([]byte, int)) {
	if each == "byte" {
		for at := range content {
			for _, bit := range []byte{0x01, 0x02, 0x20} {
				changed := append([]byte(nil), content...)
				changed[at] ^= bit
				call(changed, at)
			}
		}
		return
	}
	lines := strings.SplitAfter(string(content), "\n")
	lines = lines[:len(lines)-1]
	for at := range lines {
		without := append(append([]string(nil), lines[:at]...), lines[at+1:]...)
		twice := append(append(append([]string(nil), lines[:at+1]...), lines[at]), lines[at+1:]...)
		call([]byte(strings.Join(without, "")), at)
		call([]byte(strings.Join(twice, "")), at)
		if at > 0 && lines[at] != lines[at-1] {
			swapped := append([]string(nil), lines...)
			swapped[at], swapped[at-1] = swapped[at-1], swapped[at]
			call([]byte(strings.Join(swapped, "")), at)
		}
	}
}

func (c checker) answer(q question) error {
	if q.Proof == nil {
		return c.consistent(q)
	}
	if err := c.proof(q.Proof, q.Entry); err != nil {
		return err
	}
	var wrong error
	if q.Mutate != "" {
		mutated(q.Proof, q.Mutate, func(changed []byte, at int) {
			if c.proof(changed, q.Entry) == nil && !sameSigners(changed, q.Proof) {
				wrong = fmt.Errorf("holds with %s %d changed", q.Mutate, at)
			}
		})
	}
	return wrong
}

// sameSigners tells whether two files differ in the order of signatures alone, which means nothing.
func sameSigners(a, b []byte) bool {
	x, y := strings.SplitAfter(string(a), "\n"), strings.SplitAfter(string(b), "\n")
	if len(x) != len(y) || len(x) < 3 {
		return false
	}
	n := len(x) - 3
	return strings.Join(x[:n], "") == strings.Join(y[:n], "") && x[n] == y[n+1] && x[n+1] == y[n]
}

func (c checker) consistent(q question) error {
	if err := tree(q); err != nil {
		return err
	}
	if q.Mutate == "" {
		return nil
	}
	hashes := append([]tlog.Hash{q.OldRoot, q.NewRoot}, q.Path...)
	for at := 0; at < len(hashes)*tlog.HashSize; at++ {
		changed := append([]tlog.Hash(nil), hashes...)
		changed[at/tlog.HashSize][at%tlog.HashSize] ^= 0x01
		m := question{Old: q.Old, New: q.New, OldRoot: changed[0], NewRoot: changed[1], Path: changed[2:]}
		if tree(m) == nil {
			return fmt.Errorf("holds with byte %d changed", at)
		}
	}
	return nil
}

func main() {
	logKey, err := note.NewVerifier(os.Args[1])
	if err != nil {
		panic(err)
	}
	witness, err := newCosigner(os.Args[2])
	if err != nil {
		panic(err)
	}
	c := checker{logKey, witness}
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for decoder := json.NewDecoder(in); decoder.More(); {
		var q question
		if err := decoder.Decode(&q); err != nil {
			panic(err)
		}
		if err := c.answer(q); err != nil {
			fmt.Fprintln(out, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, "holds")
		}
	}
}
