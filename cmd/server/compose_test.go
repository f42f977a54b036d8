package main

import (
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// service is what compose.yaml says of one; a word that is not here fails the test, as a
// misspelt one should.
type service struct {
	Image, Build, Restart, User string
	Ports, Volumes              []string
	Environment                 map[string]string
	ReadOnly                    bool     `yaml:"read_only"`
	CapDrop                     []string `yaml:"cap_drop"`
	SecurityOpt                 []string `yaml:"security_opt"`
	MemLimit                    string   `yaml:"mem_limit"`
	PidsLimit                   int      `yaml:"pids_limit"`
	Ulimits                     map[string]int
	StopGracePeriod             string `yaml:"stop_grace_period"`
	Healthcheck                 struct {
		Test              []string
		Interval, Timeout string
		StartPeriod       string `yaml:"start_period"`
	}
	Logging struct {
		Driver  string
		Options map[string]string
	}
}

// plain fills in the defaults of ${NAME:-default}.
func plain(s string) string {
	return regexp.MustCompile(`\$\{[A-Z_]+:-([^}]*)\}`).ReplaceAllString(s, "$1")
}

// instruction is what stands after a word of the Dockerfile that is there once.
func instruction(t *testing.T, file, word string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^`+word+` (.*)$`).FindAllStringSubmatch(file, -1)
	if len(found) == 0 {
		t.Fatalf("the Dockerfile has no %s", word)
	}
	return found[len(found)-1][1]
}

// What compose.yaml tells an engine agrees with the image of the Dockerfile and with the
// flags of this program. That an engine takes it, tools/deploy-check asks where there is one.
func TestCompose(t *testing.T) {
	text, err := os.ReadFile("../../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]service
		Volumes  map[string]any
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	s, ok := file.Services["wirestep"]
	if !ok || len(file.Services) != 1 {
		t.Fatalf("services %v, expected wirestep alone", file.Services)
	}
	env := func(name string) (string, bool) { v, ok := s.Environment[name]; return plain(v), ok }
	o, err := Main{Env: env, Stderr: io.Discard}.parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	known := allFlags(t)
	for name := range s.Environment {
		if flagName := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "WIRESTEP_"), "_", "-")); !slices.Contains(known, flagName) {
			t.Errorf("%s stands for -%s, which is no flag", name, flagName)
		}
	}
	dockerfile := string(image)
	entry := strings.Trim(instruction(t, dockerfile, "ENTRYPOINT"), `["]`)
	volume, port := instruction(t, dockerfile, "VOLUME"), instruction(t, dockerfile, "EXPOSE")
	if !strings.Contains(dockerfile, "WIRESTEP_ADDR="+o.addr) || !strings.Contains(dockerfile, "WIRESTEP_DATA="+o.data) {
		t.Errorf("address %s and data %s are not those of the image", o.addr, o.data)
	}
	wantHealth := []string{"CMD", entry, "-health"}
	if check := instruction(t, dockerfile, "HEALTHCHECK"); !strings.HasSuffix(check, `["`+entry+`", "-health"]`) || !slices.Equal(s.Healthcheck.Test, wantHealth) {
		t.Errorf("health is asked by %q and in the image by %s, expected %q", s.Healthcheck.Test, check, wantHealth)
	}
	if len(s.Ports) != 1 || plain(s.Ports[0]) != port+":"+port || o.addr != ":"+port {
		t.Errorf("ports %q, -addr %s, the image exposes %s", s.Ports, o.addr, port)
	}
	name, at, _ := strings.Cut(s.Volumes[0], ":")
	if _, declared := file.Volumes[name]; len(s.Volumes) != 1 || at != volume || o.data != volume || !declared {
		t.Errorf("volumes %q (declared: %v), -data %s, the image has %s", s.Volumes, file.Volumes, o.data, volume)
	}
	if user := instruction(t, dockerfile, "USER"); s.User != user || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) {
		t.Errorf("user %s (the image: %s), read-only %v, capabilities dropped %q", s.User, user, s.ReadOnly, s.CapDrop)
	}
	var limit size
	if err := limit.Set(strings.Replace(plain(s.MemLimit), "g", "GiB", 1)); err != nil || int64(limit) < o.limits.Memory*3/2 {
		t.Errorf("the container may hold %s and the server fills %d bytes: nothing is left for a peak (%v)", s.MemLimit, o.limits.Memory, err)
	}
	if stop, err := time.ParseDuration(s.StopGracePeriod); err != nil || stop <= 15*time.Second {
		t.Errorf("killed after %s, and it may take 15 s to end (%v)", s.StopGracePeriod, err)
	}
}

// allFlags are the names of the flags, from the program's own help.
func allFlags(t *testing.T) (names []string) {
	t.Helper()
	var help strings.Builder
	if _, err := (Main{Env: noEnv, Stderr: &help}).parse([]string{"-help"}); err != flag.ErrHelp {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(help.String(), -1) {
		names = append(names, m[1])
	}
	return names
}

// Each flag has a place in docs/deploy.md, and each that stands in its table exists.
func TestDocsNameTheFlags(t *testing.T) {
	text, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	known := allFlags(t)
	for _, name := range known {
		if !strings.Contains(string(text), "`-"+name) {
			t.Errorf("docs/deploy.md says nothing of -%s", name)
		}
	}
	table, _, _ := strings.Cut(string(text), "\n## ")
	for _, m := range regexp.MustCompile("`-([a-z-]+)`").FindAllStringSubmatch(table, -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("docs/deploy.md describes -%s, which is no flag", m[1])
		}
	}
}
