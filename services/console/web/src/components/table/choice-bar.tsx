import type { ComponentChildren } from 'preact';

/** Above a table: how many rows are chosen, and what can be done with them. */
export function ChoiceBar({
  text,
  children,
}: {
  readonly text: string;
  readonly children: ComponentChildren;
}) {
  return (
    <fieldset class="bar">
      <legend class="visually-hidden">{text}</legend>
      <strong aria-hidden="true">{text}</strong>
      {children}
    </fieldset>
  );
}
