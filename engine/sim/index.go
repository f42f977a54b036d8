package sim

// Key is an entry of an index: what it is sorted by, and a number to tell entries
// apart that are sorted alike.
type Key struct{ By, ID uint64 }

func (a Key) less(b Key) bool { return a.By < b.By || a.By == b.By && a.ID < b.ID }

// Index is a sorted set of keys, made so that a copy costs next to nothing and
// that the order never depends on anything but the keys. The keys lie in small
// blocks, which copies share until one of them writes there.
type Index struct {
	blocks  []*indexBlock
	n       int
	epoch   uint32 // blocks of an older epoch are shared
	written bool   // a block of this epoch may exist
	spare   *indexBlock
}

type indexBlock struct {
	epoch uint32
	n     int
	keys  [indexBlockLen]Key
}

const indexBlockLen = 64

// Clone returns a copy. Only what was written since the last copy makes it write
// to x: many may copy an index at once that nobody writes to.
func (x *Index) Clone() Index {
	if x.written {
		x.epoch, x.written = x.epoch+1, false
	}
	n := *x
	n.blocks, n.spare = append(make([]*indexBlock, 0, len(x.blocks)+1), x.blocks...), nil
	return n
}

// Len is how many keys there are.
func (x *Index) Len() int { return x.n }

// find returns the first place whose key is not less than k.
func (x *Index) find(k Key) (block, at int) {
	lo, hi := 0, len(x.blocks)
	for lo < hi { // the first block whose last key is not less
		m := (lo + hi) / 2
		if b := x.blocks[m]; b.keys[b.n-1].less(k) {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if block = lo; block == len(x.blocks) {
		return block, 0
	}
	b := x.blocks[block]
	i, j := 0, b.n
	for i < j {
		m := (i + j) / 2
		if b.keys[m].less(k) {
			i = m + 1
		} else {
			j = m
		}
	}
	return block, i
}

// own returns a block to write to.
func (x *Index) own(i int) *indexBlock {
	x.written = true
	if b := x.blocks[i]; b.epoch != x.epoch {
		c := *b
		c.epoch = x.epoch
		x.blocks[i] = &c
	}
	return x.blocks[i]
}

// Insert adds a key; one that is there already stays as it is.
func (x *Index) Insert(k Key) {
	i, at := x.find(k)
	if i < len(x.blocks) && x.blocks[i].keys[at] == k {
		return
	}
	switch {
	case len(x.blocks) == 0:
		x.grow(0, nil)
	case i == len(x.blocks): // above everything
		i--
		at = x.blocks[i].n
	}
	if x.blocks[i].n == indexBlockLen {
		b := x.own(i)
		half := indexBlockLen / 2
		if at == indexBlockLen && i == len(x.blocks)-1 {
			half = indexBlockLen // keys that grow fill their blocks
		}
		x.grow(i+1, b.keys[half:])
		if b.n = half; at >= half {
			i, at = i+1, at-half
		}
	}
	b := x.own(i)
	copy(b.keys[at+1:b.n+1], b.keys[at:b.n])
	b.keys[at] = k
	b.n++
	x.n++
}

// grow puts a new block at i.
func (x *Index) grow(i int, keys []Key) {
	b := x.spare
	if x.spare = nil; b == nil || b.epoch != x.epoch {
		b = &indexBlock{epoch: x.epoch}
	}
	b.n = len(keys)
	copy(b.keys[:], keys)
	x.written = true
	x.blocks = append(x.blocks, nil)
	copy(x.blocks[i+1:], x.blocks[i:])
	x.blocks[i] = b
}

// Delete takes a key out; one that is not there is no matter.
func (x *Index) Delete(k Key) {
	i, at := x.find(k)
	if i == len(x.blocks) || x.blocks[i].keys[at] != k {
		return
	}
	b := x.own(i)
	copy(b.keys[at:], b.keys[at+1:b.n])
	b.n--
	x.n--
	if b.n == 0 {
		x.spare = b
		x.blocks = append(x.blocks[:i], x.blocks[i+1:]...)
	}
}

// First returns the least key.
func (x *Index) First() (Key, bool) {
	if x.n == 0 {
		return Key{}, false
	}
	return x.blocks[0].keys[0], true
}

// Next returns the least key that is not less than k.
func (x *Index) Next(k Key) (Key, bool) {
	i, at := x.find(k)
	if i == len(x.blocks) {
		return Key{}, false
	}
	return x.blocks[i].keys[at], true
}
