package kernel

import (
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const punctualEnv = "WIRESTEP_PUNCTUAL"

// Punctual starts the program again, in its own place, with a priority that lets
// it wake up in time on a busy machine. Without the right to do so it returns,
// and times are as good as the machine allows.
func Punctual() {
	if os.Getenv(punctualEnv) != "" {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	attr := &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1}
	if err := unix.SchedSetAttr(0, attr, 0); err != nil {
		return
	}
	_ = syscall.Exec(self, os.Args, append(os.Environ(), punctualEnv+"=1")) // if it fails, this program goes on
}

// Version names the kernel underneath, without what a builder has added.
func Version() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown"
	}
	release, _, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), "-")
	return unix.ByteSliceToString(u.Sysname[:]) + " " + release
}
