/** Hatchings of the states, so that the lane can be read without its colours. */
export function StatePatterns() {
  return (
    <defs>
      <pattern id="pattern-wrongActivity" width="8" height="8" patternUnits="userSpaceOnUse">
        <path d="M-2 2l4-4M0 8l8-8M6 10l4-4" />
      </pattern>
      <pattern id="pattern-notPresent" width="8" height="8" patternUnits="userSpaceOnUse">
        <path d="M0 0l8 8M0 8l8-8" />
      </pattern>
      <pattern id="pattern-notScheduled" width="7" height="7" patternUnits="userSpaceOnUse">
        <circle cx="3.5" cy="3.5" r="1.1" />
      </pattern>
      <pattern id="pattern-noData" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M0 3h6" />
      </pattern>
      <pattern id="pattern-excluded" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M3 0v6" />
      </pattern>
      <pattern id="pattern-inBuffer" width="10" height="10" patternUnits="userSpaceOnUse">
        <path d="M-2 2l4-4M0 10l10-10M8 12l4-4" />
      </pattern>
    </defs>
  );
}
