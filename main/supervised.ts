/** What the process that started a host asks of it, over the channel between them (main/demo/kiosk.ts). Started by anything else, a host has none. */

/** Answered with itself, as long as this process gets round to it. */
export const ALIVE = 'alive';
/** Answered with `{ address }`: one more for the kiosk's page, good for one opening. */
export const ADDRESS = 'address';

/** @param stop called when whoever started this process is gone */
export function answerSupervisor({ stop, address }: { readonly stop: () => void; readonly address?: () => string }): void {
  process.on('message', (asked) => {
    if (asked === ALIVE) process.send?.(ALIVE);
    else if (asked === ADDRESS && address !== undefined) process.send?.({ address: address() });
  });
  process.on('disconnect', stop);
}
