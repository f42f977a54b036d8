// Package outcome says how futures end, and in what they differ.
//
// Ahead runs branches on a fork, each to its end or all to one common limit.
// Compare reads the events that were recorded there, and nothing else, into facts:
// what each system call returned and when, when data was acknowledged, what was
// sent, what is left at the end, what was counted. A fact that differs is a row, the
// most visible to a user first; the first of them makes the verdict. Everything is
// typed: sentences are made elsewhere, in the reader's language.
package outcome
