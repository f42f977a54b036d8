package lessons

// fill puts numbers where their names stand.
func fill(list []Span, numbers map[string]string) []Span {
	var out []Span
	for _, s := range list {
		if s.Value != "" {
			s = Span{B: numbers[s.Value]}
		}
		s.Code = fillIn(s.Code, numbers) // of a drill: `tcp_syn_retries = {retries}`
		out = append(out, s)
	}
	return out
}

// fillBlocks does so in blocks.
func fillBlocks(in []Block, numbers map[string]string) []Block {
	return eachSpan(in, func(list []Span) []Span { return fill(list, numbers) })
}

// fillSome leaves the names that have no number; the text says it plainly.
func fillSome(list []Span, numbers map[string]string) (out []Span) {
	for _, s := range list {
		if n, ok := numbers[s.Value]; ok && s.Value != "" {
			out = addText(out, n)
		} else if s.T != "" {
			out = addText(out, s.T)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func fillSomeBlocks(in []Block, numbers map[string]string) []Block {
	return eachSpan(in, func(list []Span) []Span { return fillSome(list, numbers) })
}

func eachSpan(in []Block, f func([]Span) []Span) (out []Block) {
	each := func(all [][]Span) (done [][]Span) {
		for _, it := range all {
			done = append(done, f(it))
		}
		return done
	}
	for _, b := range in {
		if b.P != nil {
			b.P = f(b.P)
		}
		b.UL, b.OL = each(b.UL), each(b.OL)
		out = append(out, b)
	}
	return out
}
