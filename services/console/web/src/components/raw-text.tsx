import { TableScroll } from './table-scroll.tsx';

/** Text as it came, laid out as it is; it can be scrolled by keyboard where it is too large. */
export function RawText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <TableScroll label={label}>
      <pre class="raw">{text}</pre>
    </TableScroll>
  );
}
