package kernel

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const childEnv = "WIRESTEP_TEST_CHECK"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		err := Check()
		if err == nil {
			os.Exit(0)
		}
		os.Stdout.WriteString(err.Error())
		os.Exit(2)
	}
	Punctual() // a busy neighbour makes nobody late
	code := m.Run()
	summary()
	os.Exit(code)
}

// Whoever may not make a namespace is told so, also when the tests run as root:
// then in a child that has lost the right.
func TestRefusesWithoutRights(t *testing.T) {
	done := make(chan string)
	go func() {
		runtime.LockOSThread() // the thread ends with what it has lost
		_ = unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_SYS_ADMIN, 0, 0, 0)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=1")
		out, err := cmd.CombinedOutput()
		if err == nil {
			out = []byte("no refusal")
		}
		done <- string(out)
	}()
	if why := <-done; !strings.Contains(why, "CAP_SYS_ADMIN") {
		t.Errorf("%q; expected a refusal that names CAP_SYS_ADMIN", why)
	}
}

func TestSettingsStayInside(t *testing.T) {
	needsKernel(t)
	const name = "/proc/sys/net/ipv4/tcp_fin_timeout"
	before, _ := os.ReadFile(name)
	s, err := newSpace(false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.sysctl("net.ipv4.tcp_fin_timeout", "7"); err != nil {
		t.Error(err)
	}
	if after, _ := os.ReadFile(name); string(after) != string(before) {
		t.Errorf("tcp_fin_timeout of the machine is %q, was %q", after, before)
	}
	for _, other := range []string{"kernel.hostname", "net.ipv4.tcp_mem", "net.../../kernel.hostname"} {
		if err := s.sysctl(other, "1"); err == nil {
			t.Errorf("%s was set; expected only settings of a namespace", other)
		}
	}
}
