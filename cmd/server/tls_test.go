package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certify writes a certificate of a name and its key, as of a moment.
func certify(t *testing.T, dir, name string, at time.Time) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(at.UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: at.Add(-time.Hour), NotAfter: at.Add(24 * time.Hour)}
	public, err := x509.CreateCertificate(rand.Reader, x, x, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: public}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// With a certificate the server speaks https alone, is found well by itself, and shows a
// renewed certificate without a restart.
func TestTLS(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cert, key := certify(t, dir, "first.example", now.Add(-time.Minute))
	out, in := io.Pipe()
	go func() {
		Main{Env: noEnv, Stdout: in, Stderr: io.Discard}.Run(t.Context(), []string{"-addr", "127.0.0.1:0", "-tls-cert", cert, "-tls-key", key})
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	url := strings.TrimSpace(strings.TrimPrefix(line, "Wirestep is at "))
	if err != nil || !strings.HasPrefix(url, "https://") {
		t.Fatalf("it says %q, %v", line, err)
	}
	shown := func() string {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
		a, err := client.Get(url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != 200 || a.ProtoMajor != 2 {
			t.Errorf("%s over %s", a.Status, a.Proto)
		}
		return a.TLS.PeerCertificates[0].DNSNames[0]
	}
	if got := shown(); got != "first.example" {
		t.Errorf("it shows the certificate of %s", got)
	}
	health := func() int {
		return Main{Env: noEnv, Stdout: io.Discard, Stderr: io.Discard}.Run(t.Context(), []string{"-health", "-addr", strings.TrimPrefix(url, "https://"), "-tls-cert", cert, "-tls-key", key})
	}
	if code := health(); code != 0 {
		t.Errorf("-health gives %d", code)
	}
	if err := os.Remove(cert); err != nil { // half-way through a renewal
		t.Fatal(err)
	}
	if got := shown(); got != "first.example" {
		t.Errorf("while the certificate is away it shows that of %s", got)
	}
	certify(t, dir, "second.example", now)
	if got := shown(); got != "second.example" {
		t.Errorf("after the renewal it shows the certificate of %s", got)
	}
	if code := health(); code != 0 {
		t.Errorf("-health gives %d after the renewal", code)
	}
}
