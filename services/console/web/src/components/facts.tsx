import type { ComponentChildren } from 'preact';

/** Names with their values, side by side. */
export const Facts = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="facts">{children}</dl>
);

interface FactProps {
  readonly name: string;
  readonly value: ComponentChildren;
  /** As it came, letter by letter. */
  readonly raw?: boolean;
}

export const Fact = ({ name, value, raw = false }: FactProps) => (
  <div>
    <dt>{name}</dt>
    <dd class={raw ? 'raw' : undefined}>{value}</dd>
  </div>
);
