/** Does the header Accept-Encoding take gzip? */
export const acceptsGzip = (header: string | null): boolean =>
  /(^|[ ,])gzip(?! *; *q=0(\.0*)?( |,|$))/.test(header ?? '');
