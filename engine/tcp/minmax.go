package tcp

// window keeps the extreme of a sliding window in three samples: the best, the best
// after it, and the best after that (lib/win_minmax.c, by Kathleen Nichols).
type window [3]struct{ T, V uint32 }

func (w *window) reset(t, v uint32) uint32 {
	for i := range w {
		w[i].T, w[i].V = t, v
	}
	return v
}

// runningMax takes a sample at t and returns the largest of the last span.
func (w *window) runningMax(span, t, v uint32) uint32 {
	return w.running(span, t, v, func(a, b uint32) bool { return a >= b })
}

// runningMin takes a sample at t and returns the smallest of the last span.
func (w *window) runningMin(span, t, v uint32) uint32 {
	return w.running(span, t, v, func(a, b uint32) bool { return a <= b })
}

func (w *window) running(span, t, v uint32, better func(a, b uint32) bool) uint32 {
	if better(v, w[0].V) || t-w[2].T > span {
		return w.reset(t, v)
	}
	now := w[2]
	now.T, now.V = t, v
	if better(v, w[1].V) {
		w[1], w[2] = now, now
	} else if better(v, w[2].V) {
		w[2] = now
	}
	switch age := t - w[0].T; {
	case age > span: // the best is too old: the next ones move up
		w[0], w[1], w[2] = w[1], w[2], now
		if t-w[0].T > span {
			w[0], w[1] = w[1], w[2]
		}
	case w[1].T == w[0].T && age > span/4: // a quarter has passed without a second choice
		w[1], w[2] = now, now
	case w[2].T == w[1].T && age > span/2:
		w[2] = now
	}
	return w[0].V
}
