// Package python runs the %{ code }% of a script, which is Python over TCP_INFO.
//
// What runs it is Starlark: Python without anything that reaches outside, or that does not
// come to an end within its steps. The forms that scripts use and Starlark lacks (chains of
// comparisons, is, **, f-strings, widths in formats, print and assert as statements) are
// rewritten first, line by line and piece by piece. A failed assert is no error: it says what
// was expected and what was there. Code of a stranger is looked at before it runs, and may
// only compute and assert.
package python
