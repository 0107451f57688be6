/** A kiosk at work has port and journal to itself: its own word on its health stands for what can't be looked at beside it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fine, type Finding, doubtful, wrong, skipped } from './report.ts';

const ANSWER_ms = 5000;
const Announced = z.object({ url: z.url({ protocol: /^http$/ }), token: z.string().min(1) });
const Answer = z.object({
  checks: z.array(
    z.object({ name: z.string(), level: z.enum(['ok', 'warn', 'bad']), says: z.object({ ja: z.string(), en: z.string().optional() }) }),
  ),
});

/** Asks the kiosk that has this data folder, at the address it wrote there (main/operator/local-door.ts). */
export async function askRunningKiosk(dataFolder: string): Promise<Finding[]> {
  const reason = skipped('machine and journal', 'a kiosk is running on this data folder and has both to itself; its own word follows');
  try {
    const { url, token } = Announced.parse(JSON.parse(readFileSync(path.join(dataFolder, 'door.json'), 'utf8')));
    const response = await fetch(new URL('/health', url), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_ms),
    });
    const { checks } = Answer.parse(await response.json());
    return [
      reason,
      ...checks.map(({ name, level, says }): Finding => {
        const [what, found] = [`kiosk: ${name}`, says.en ?? says.ja];
        if (level === 'ok') return fine(what, found);
        return (level === 'bad' ? wrong : doubtful)(what, found, 'The staff’s console says more.');
      }),
    ];
  } catch (error) {
    return [
      reason,
      doubtful('kiosk', `it does not answer: ${(error as Error).message}`, 'Stop the kiosk and ask again to have everything checked.'),
    ];
  }
}
