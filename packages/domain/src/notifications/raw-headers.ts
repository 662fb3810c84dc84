/** Headers of raw records: they tell of the way of a notification, the Avro record of its content. */

/**
 * Next offset of the configuration log that ingress had folded. Enrichment waits for it, so that a notification is
 * never read with an older configuration (the integration's zone) than the one that let it in.
 */
export const configurationOffsetHeader = 'configuration-offset';

/** W3C trace context (https://www.w3.org/TR/trace-context/), handed on unchanged. */
export const traceParentHeader = 'traceparent';
