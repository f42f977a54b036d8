package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// health asks a server whether it is well. One that listens everywhere is asked
// here.
func health(ctx context.Context, o options) error {
	host, port, err := net.SplitHostPort(o.addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	certificate, err := openPair(o.cert, o.key)
	if err != nil {
		return err
	}
	scheme, client := "http", &http.Client{}
	if certificate != nil {
		scheme, client.Transport = "https", &http.Transport{TLSClientConfig: certificate.asked()}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // it may be about to begin, on a busy machine
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", r.URL, answer.Status)
	}
	return nil
}
