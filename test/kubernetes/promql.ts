/** What a PromQL expression asks for, by Prometheus's own grammar. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Query {
  /** Text at which it is no PromQL. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Of `by`, `without`, `on`, `ignoring`. */
  readonly groupedBy: readonly string[];
}

export function readPromql(expression: string): Query {
  const errors: string[] = [];
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupedBy: string[] = [];
  const textOf = ({ from, to }: { readonly from: number; readonly to: number }) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) errors.push(expression.slice(Math.max(0, node.from - 20), node.to + 20));
      if (node.name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const parent = node.node.parent?.name ?? '';
      if (node.name === 'Identifier' && parent === 'VectorSelector') selectors.at(-1)!.metric = textOf(node);
      if (node.name !== 'LabelName') return;
      if (parent === 'GroupingLabels') groupedBy.push(textOf(node));
      else selectors.at(-1)!.labels.push(textOf(node));
    },
  });
  return { errors, selectors, groupedBy };
}
