// Package setup reads the shell lines of a script for the settings that they make.
//
// The text is parsed as a shell does (mvdan.cc/sh/v3/syntax); what the syntax tree says is
// carried out here, over variables of its own and a machine that a few functions stand
// for. Nothing is run, and no file is read but through those functions. What is not
// understood is told.
package setup
