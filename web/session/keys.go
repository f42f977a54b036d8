package session

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strconv"
	"strings"
)

// A key is a secret of 130 random bits that gives a role in one session. The
// journal holds its hash alone: a key is long enough that a plain hash hides it.

const keyLength = 26

func newKey() string { return strings.ToLower(rand.Text()) }

func hashKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// sameHash compares in constant time; nothing is equal to no hash.
func sameHash(a, b []byte) bool { return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1 }

// linkKey is the key of the nth link that the owner of a session gives away for a
// role. It follows from the owner's key, so that the owner can be shown the same
// link again although nobody keeps it; nothing leads back from it.
func linkKey(owner string, r role, nth int) string {
	m := hmac.New(sha256.New, []byte(owner))
	m.Write([]byte(r.String() + " " + strconv.Itoa(nth)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(m.Sum(nil)))[:keyLength]
}
