package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// pair is a certificate and its key in two files, which somebody may renew while the
// server runs.
type pair struct {
	cert, key string

	mu   sync.Mutex
	at   time.Time // of the files that are loaded
	have *tls.Certificate
}

// openPair loads the files that two flags name; nil: neither is given.
func openPair(cert, key string) (*pair, error) {
	switch {
	case cert == "" && key == "":
		return nil, nil
	case cert == "" || key == "":
		return nil, errors.New("-tls-cert and -tls-key are given together: a certificate in PEM with those that lead to its issuer, and its key")
	}
	p := &pair{cert: cert, key: key}
	_, err := p.current()
	return p, err
}

// current is the pair as the files have it. While they are being replaced and do not fit
// together, the one before it serves on.
func (p *pair) current() (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, err := p.changed()
	if err == nil && p.have != nil && at.Equal(p.at) {
		return p.have, nil
	}
	var c tls.Certificate
	if err == nil {
		c, err = tls.LoadX509KeyPair(p.cert, p.key)
	}
	switch {
	case err == nil:
		p.have, p.at = &c, at
	case p.have == nil:
		return nil, fmt.Errorf("-tls-cert %s, -tls-key %s: %w", p.cert, p.key, err)
	}
	return p.have, nil
}

func (p *pair) changed() (at time.Time, err error) {
	for _, name := range []string{p.cert, p.key} {
		i, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		if i.ModTime().After(at) {
			at = i.ModTime()
		}
	}
	return at, nil
}

// over puts TLS over a listener.
func (p *pair) over(l net.Listener) net.Listener {
	return tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"}, // a stream is a connection of its own by 1.1
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.current() },
	})
}

// asked is how the server itself is asked whether it is well: by whatever name, it has to
// show the certificate of the file.
func (p *pair) asked() *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, // a name on loopback is in no certificate; the next line is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			c, err := p.current()
			if err == nil && !bytes.Equal(s.PeerCertificates[0].Raw, c.Certificate[0]) {
				err = fmt.Errorf("the server shows another certificate than that of %s", p.cert)
			}
			return err
		},
	}
}
