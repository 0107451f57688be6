import type { ja } from './ja.ts';

/** What every language has to say, all of it: a missing or surplus message does not compile. */
export type Messages = Readonly<Record<keyof typeof ja, string>>;
export type MessageKey = keyof Messages;
