// Package lessons loads, lints and plays lessons. docs/lessons.md is the
// contract: what an author writes, what a page gets.
//
//	lesson.yaml ─┐                ┌▶ Doc: the text as a tree, for a page
//	scene.scene ─┼▶ Load ▶ Lesson ┤
//	en.md zh-CN ─┘                └▶ Player: where the person stands in the run
//
// Nothing here knows an answer. A question is put to the engine on a clone of
// the timeline that is run ahead, so that a lesson can be dull but never wrong.
// For the same reason a step stands at a place ("2nd SYN sent") that is looked
// for in the run, and Check plays every lesson to its end.
package lessons
