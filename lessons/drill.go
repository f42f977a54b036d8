package lessons

// Drill is a question with other numbers each time: a seed draws them, the engine
// answers.
type Drill struct {
	ID   string              `yaml:"id"`
	Vary map[string][]string `yaml:"vary"`  // {name} in what follows, and in the scene, is one of these
	Set  []string            `yaml:"set"`   // made first, at the start
	File string              `yaml:"scene"` // a scene of its own; "": the lesson's
	At   string              `yaml:"at"`    // the place where it is asked
	Do   []string            `yaml:"do"`    // made there before it is asked
	Ask  *Question           `yaml:"ask"`
	Step string              `yaml:"step"` // what a wrong answer opens

	scene string   // as it is written, with its placeholders
	uses  []string // expressions that its texts ask for
	path  string
}
