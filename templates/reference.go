package templates

import "slices"

// Hidden reports whether no rule of the area holds what is looked for.
func (a Area) Hidden() bool {
	return !slices.ContainsFunc(a.Rules, func(r Rule) bool { return !r.Hidden })
}

func allHidden(all []Setting) bool {
	return !slices.ContainsFunc(all, func(s Setting) bool { return !s.Hidden })
}
