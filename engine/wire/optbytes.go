package wire

// Bytes lays the options out as they stand on the wire.
func (o *Options) Bytes() []byte { return o.append(nil) }

// ParseOptions reads options as a receiver does: what it does not understand is
// passed over.
func ParseOptions(b []byte) Options { return parseOptions(b) }
