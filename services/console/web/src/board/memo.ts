import { Component, type ComponentType, createElement, type FunctionComponent } from 'preact';

/** A component that is drawn anew only when a property is another one, or a signal that it reads changes. */
export function memo<P extends object>(content: FunctionComponent<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as P;
      return (Object.keys(next) as (keyof P)[]).some((name) => next[name] !== before[name]);
    }

    override render(properties: P) {
      return createElement(content, properties);
    }
  };
}
