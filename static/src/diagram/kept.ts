import { Component, type ComponentChildren } from 'preact';
import { same } from './same';

/** A part of the picture that is drawn anew only when something about it is different: a step makes a layout of new objects that mostly say the same. */
export function kept<P extends object>(part: (p: P) => ComponentChildren) {
  return class Kept extends Component<P> {
    shouldComponentUpdate(next: P): boolean {
      return !same(this.props, next);
    }
    render() {
      return part(this.props as P);
    }
  };
}
