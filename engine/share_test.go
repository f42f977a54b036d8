package engine_test

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"wirestep/engine/scene"
)

// readOnly are the places where copies of a world may share memory, because
// nobody writes there once it is set. The list may only shrink.
var readOnly = map[string]string{
	"World.plan":        "what the author planned",
	"ledger.full":       "full blocks of packets: copied before they are written",
	"Host.Addrs":        "given once",
	"Proc.Lines":        "the program",
	"Proc.Wait":         "a blocked call is replaced, not changed",
	"Instr.Args":        "a line is never written once it is read",
	"Op.Lines":          "an operation is never written once it is made",
	"Op.Edits":          "an operation is never written once it is made",
	"Addr.z":            "the family of an address, interned by net/netip",
	"Settings.Reserved": "replaced whole",
	"Host.Live":         "a socket is copied before it is edited",
	"Host.Reqs":         "and a request",
	"Host.TWs":          "and a TIME_WAIT entry",
	"Index.blocks":      "a block is copied before it is written",
	"World.isns":        "a number is replaced, not changed",
	"Chain.Rules":       "replaced whole",
	"neighbour.waiting": "what is added goes into a list of its own",
	"Host.Kernel":       "a profile is never written",
	"World.routes":      "worked out once, from the scene",
	"Box.Conf":          "what the scene says of a box",
}

// sharing lists the paths at which two values have the same memory.
func sharing(a, b reflect.Value, path string, found *[]string, excused map[string]bool) {
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return
		}
		if a.Pointer() == b.Pointer() {
			*found = append(*found, path)
			return
		}
		sharing(a.Elem(), b.Elem(), path, found, excused)
	case reflect.Slice:
		if a.Cap() > 0 && b.Cap() > 0 && a.Pointer() == b.Pointer() {
			*found = append(*found, path)
			return
		}
		for i := range min(a.Len(), b.Len()) {
			sharing(a.Index(i), b.Index(i), path, found, excused)
		}
	case reflect.Array:
		for i := range a.Len() {
			sharing(a.Index(i), b.Index(i), path, found, excused)
		}
	case reflect.Struct:
		for i := range a.NumField() {
			f := a.Type().Field(i)
			name, into := a.Type().Name()+"."+f.Name, found
			if readOnly[name] != "" {
				into = new([]string)
			}
			sharing(a.Field(i), b.Field(i), name, into, excused)
			if into != found && len(*into) > 0 {
				excused[name] = true
			}
		}
	case reflect.Map, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		if !a.IsNil() {
			*found = append(*found, path+" is a "+a.Kind().String())
		}
	}
}

// Two copies of a world share nothing that either may write: every pointer and
// every slice leads somewhere else, apart from what is never written.
func TestClonesShareNothingWritable(t *testing.T) {
	p := play(t, strings.TrimSuffix(far, "\n")+" rate 10mbit\n", "program server\n  s = listen(:80, 5)\n  c = accept(s)\n", "program client\n  c = connect(server:80)\n  write(c, 200000)\n",
		"program client here\n  s = listen(:81, 5)\n  c = accept(s)\n  read(c, eof)\n  close(c)\nprogram client there\n  c = connect(client:81)\n  close(c)\n",
		"program client two\n  c = connect(server:80)\n  shutdown(c, SHUT_WR)\n", "at 0s hold 3rd DATA from client", "box fw firewall 203.0.113.1", "rule fw drop to=:80", "rule server drop to=:9999", "at 0s drop every FIN from server", "at 9s drop next SYN", "sysctl server net.ipv4.ip_local_reserved_ports = 8080")
	p.at("30ms", "at 12s edit next SYN win=0").at("45ms", "forge client > server flags=S seq=7 win=7 from=10.0.0.9:9 to=10.0.0.2:80").to("400ms").at("400ms", "at 12s call client: write(c, 5)").at("400ms", "at 12s start client nc: s = listen(:99, 1)")
	w := p.t.World()
	var found []string
	excused := map[string]bool{}
	sharing(reflect.ValueOf(w), reflect.ValueOf(w.Clone()), "World", &found, excused)
	for _, f := range found {
		t.Errorf("a world and its clone share %s", f)
	}
	for name := range readOnly {
		if !excused[name] {
			t.Errorf("%s is not shared: take it off the list", name)
		}
	}
}

const process = "WIRESTEP_TEST_BUNDLE"

// The same bundle gives the same trace, byte for byte, in another process.
func TestTwoProcessesAgree(t *testing.T) {
	text := os.Getenv(process)
	if text == "" {
		p := play(t, "seed 77\n", strings.TrimSuffix(far, "\n")+" loss 10% dup 5% jitter 3ms\n", readClose, connects+"  write(c, 60000)\n  close(c)\n")
		p.at("100ms", "drop every ACK from server").to("5s").at("5s", "forget rule 1").to("8s")
		must(t, p.t.Seek(30))
		p.at("1s", "link client server delay 200ms").to("20s")
		text = scene.Bundle(p.t, p.f)
	}
	f, err := scene.Parse("bundle", text)
	must(t, err)
	tl, err := scene.Load(f)
	must(t, err)
	for range 2000 {
		tl.Step()
	}
	mine := fullTrace(tl, tl.Branch(), tl.N()) + worldText(tl.World())
	if os.Getenv(process) != "" {
		os.Stdout.WriteString("<<" + mine + ">>")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTwoProcessesAgree$", "-test.count=1")
	cmd.Env = append(os.Environ(), process+"="+text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, theirs, _ := strings.Cut(string(out), "<<")
	theirs = theirs[:strings.LastIndex(theirs, ">>")]
	same(t, "trace", mine, theirs)
}
