package wire

// Seq is a TCP sequence number: a point on a circle of 2^32 (RFC 9293 §3.4).
type Seq uint32

// Before reports a < b on the circle.
func (a Seq) Before(b Seq) bool { return int32(a-b) < 0 }

// After reports a > b on the circle.
func (a Seq) After(b Seq) bool { return int32(a-b) > 0 }

// AtMost reports a ≤ b on the circle.
func (a Seq) AtMost(b Seq) bool { return int32(a-b) <= 0 }

// Between reports lo ≤ a ≤ hi on the circle.
func (a Seq) Between(lo, hi Seq) bool { return hi-lo >= a-lo }

// Minus returns the signed distance from b to a.
func (a Seq) Minus(b Seq) int32 { return int32(a - b) }

// MaxSeq returns the later of two sequence numbers.
func MaxSeq(a, b Seq) Seq {
	if a.After(b) {
		return a
	}
	return b
}
