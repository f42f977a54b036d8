package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// InstrKind is the shape of one line of a program.
type InstrKind uint8

// The lines of a program.
const (
	InstrCall  InstrKind = iota // a system call: [var =] name(args)
	InstrSleep                  // sleep(300ms)
	InstrAt                     // at(1s): wait until that instant of the scene
	InstrLoop                   // loop N until TEST … end; N = 0: any number of rounds
	InstrEnd                    // of a loop
	InstrIf                     // if TEST … else … end
	InstrElse
	InstrEndIf
)

// Instr is one line of a program, or one call that a person makes.
type Instr struct {
	Kind InstrKind
	Line int    // line of the scene text
	Var  string // variable that takes the result: a socket
	Name string // the system call
	Args []Arg
	Wait sim.Duration // Sleep
	At   sim.Time     // At
	N    int          // Loop
	Test Test         // If; Loop: leave it once this holds
	To   int          // the line to go on at: Loop: behind it; If: when it does not hold; Else: behind the if;
	// a call that stands in a loop with a test: behind that
	Text string // the line as written
}

// ArgKind is the type of an argument.
type ArgKind uint8

// The types of arguments.
const (
	ArgVar  ArgKind = iota // the name of a socket variable
	ArgNum                 // a number
	ArgText                // "bytes as they are"
	ArgAddr                // host:port, address:port, :port; Host is a name still to be resolved
	ArgWord                // a constant such as SHUT_WR, SO_LINGER, MSG_PEEK, eof
	ArgDur                 // a duration
)

// Arg is one argument of a call.
type Arg struct {
	Kind ArgKind
	Num  int64
	Text string // Var, Text, Word; Addr: the host's name, or ""
	Addr wire.Endpoint
	Dur  sim.Duration
}
