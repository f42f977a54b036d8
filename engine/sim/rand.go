package sim

// Rand is a seeded source of chance. It is a plain value: copying it forks the
// future it would have dealt (SplitMix64, Steele, Lea and Flood 2014).
type Rand struct{ state uint64 }

// Derive returns the source that belongs to name in a scene with this seed.
func Derive(seed uint64, name string) Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	r := Rand{seed ^ h}
	r.Uint64()
	return r
}

// Uint64 returns the next 64 random bits.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number in [0, n); n must be positive.
func (r *Rand) Below(n uint64) uint64 {
	return r.Uint64() % n // the bias is below n/2^64: no lesson can see it
}

// Chance is true ppm times in a million. It draws only when the answer is open,
// so that a link without loss deals the same dice as one never configured.
func (r *Rand) Chance(ppm uint32) bool {
	if ppm == 0 {
		return false
	}
	return r.Below(1_000_000) < uint64(ppm)
}
