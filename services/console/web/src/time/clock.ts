/** The server's time, once a second: what runs on the screen runs right even where the computer's clock is wrong. */
import { signal } from '@preact/signals';

/** Epoch milliseconds on the server's clock, renewed at every full second. */
export const now = signal(Date.now());

/** How far the server's clock is ahead of this computer's. */
let aheadMs = 0;

/** The Date header has whole seconds, and took a while to come: less than that is no difference. */
const toleranceMs = 1500;

export function setServerDate(serverDate: number, receivedAt: number): void {
  const ahead = serverDate + 500 - receivedAt;
  if (Math.abs(ahead - aheadMs) < toleranceMs) return;
  aheadMs = Math.abs(ahead) < toleranceMs ? 0 : ahead;
  now.value = serverNow();
}

export const serverNow = (): number => Date.now() + aheadMs;

export function startClock(): void {
  const tick = () => {
    now.value = serverNow();
    setTimeout(tick, 1000 - (now.value % 1000));
  };
  tick();
}
