// Package trace lets protocol code explain itself while it runs, without a
// second copy of what it does.
//
//	cause (an earlier event) ─▶ Event ┬▶ Span: a rule that applied
//	                                  │    ├ Check: the comparison that ran
//	                                  │    └ Change: variable, old, new (measured)
//	                                  └▶ Effect: sent, dropped, woken, returned
//
// A Rule is declared once, right above the function that obeys it. Protocol code
// opens a span with
//
//	defer x.Enter(rule)()
//
// assigns plainly, and asks its questions through
//
//	if x.When(rule, trace.Eq("SEG.SEQ", a, "RCV.NXT", b)) { … }
//
// The recorder compares the watched variables with what they were when the last
// span opened or closed, so every change is attributed to the innermost open
// rule. Nobody calls a setter and nobody writes a sentence at run time: a rule's
// sentence, its citations and its stated difference are the only prose, and they
// stand in the code. Translations key on the rule's ID.
//
// A Recorder that is off costs a branch a call. A nil *Recorder is not valid.
package trace
