package engine

import (
	"cmp"
	"strings"

	"wirestep/engine/host"
)

// Validate says what is wrong with a scenario; package scene says also where.
func (s *Scenario) Validate() error {
	if len(s.Hosts) == 0 {
		return refuse("the scene has no host")
	}
	for _, k := range append([]string{s.Kernel}, kernels(s.Hosts)...) {
		if host.FindProfile(k) == nil {
			return refuse("kernel %s is not known; expected one of %s", k, strings.Join(host.ProfileNames(), ", "))
		}
	}
	named := func(name string) bool {
		for i := range s.Hosts {
			if s.Hosts[i].Name == name {
				return true
			}
		}
		return false
	}
	for i := range s.Hosts {
		for _, set := range s.Hosts[i].Sysctls {
			if err := host.FindProfile(s.KernelOf(&s.Hosts[i])).Check(set.Name, set.Value); err != nil {
				return err
			}
		}
	}
	for i := range s.Links {
		if l := &s.Links[i]; !named(l.From) || !named(l.To) {
			return refuse("a link from %s to %s; expected two hosts of the scene", l.From, l.To)
		}
	}
	for i := range s.Programs {
		if !named(s.Programs[i].Host) {
			return refuse("a program on %s; expected a host of the scene", s.Programs[i].Host)
		}
	}
	return nil
}

// KernelOf is the name of the kernel that a host runs.
func (s *Scenario) KernelOf(h *HostSpec) string { return cmp.Or(h.Kernel, s.Kernel, DefaultKernel) }

func kernels(hosts []HostSpec) (names []string) {
	for i := range hosts {
		names = append(names, hosts[i].Kernel)
	}
	return names
}

// DefaultKernel is the profile of the kernel that the engine was measured against.
const DefaultKernel = "linux-6.18"
