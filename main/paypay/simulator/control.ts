/** The simulator's strings, for tests and the demo: `/_simulator/…`, JSON in and out. */
import { z } from 'zod';
import { pay, scan } from './codes.ts';
import type { PayPaySimulator } from './core.ts';
import { Fault, FaultSeed } from './faults.ts';
import { ledger } from './ledger.ts';
import { payBill } from './native.ts';
import { Switches } from './switches.ts';
import { httpPost } from './webhooks.ts';

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

const Url = z.strictObject({ url: z.string().min(1).max(2000) });
const ClockChange = z.union([z.strictObject({ now_ms: z.number() }), z.strictObject({ advance_ms: z.number() })]);

type Command = (simulator: PayPaySimulator, input: unknown) => ControlReply;

const command =
  <Schema extends z.ZodType>(schema: Schema, run: (simulator: PayPaySimulator, input: z.output<Schema>) => ControlReply): Command =>
  (simulator, input) => {
    const parsed = schema.safeParse(input);
    return parsed.success ? run(simulator, parsed.data) : { status: 400, body: { error: z.prettifyError(parsed.error) } };
  };

const ok = (body: unknown): ControlReply => ({ status: 200, body });

const COMMANDS: Readonly<Record<string, Command>> = {
  'GET ledger': (simulator) => ok(ledger(simulator)),
  'POST scan': command(Url, ({ world, merchantName }, { url }) => {
    const seen = scan(world, url);
    if (!seen) return { status: 404, body: { error: 'no QR has this url' } };
    const { code, state } = seen;
    return ok({ state, merchant: merchantName, merchantPaymentId: code.merchantPaymentId, amount_jpy: code.amount_jpy });
  }),
  'POST pay': command(Url, ({ world }, { url }) => {
    const paid = pay(world, url);
    if ('refused' in paid) return { status: paid.refused === 'unknown' ? 404 : 409, body: { paid: false, reason: paid.refused } };
    const { paymentId, merchantPaymentId, status, amount_jpy } = paid;
    return ok({ paid: true, paymentId, merchantPaymentId, status, amount_jpy });
  }),
  'POST faults': command(z.union([FaultSeed, Fault]), ({ faults }, fault) => {
    if ('seed' in fault) faults.seed(fault);
    else faults.add(fault);
    return ok({ fault });
  }),
  /** A user agrees to link the account, or does not. */
  'POST link': command(Url.extend({ result: z.enum(['succeeded', 'declined']).default('succeeded') }), (simulator, { url, result }) => {
    const linked = simulator.consent(url, result);
    return linked ? ok(linked) : { status: 404, body: { error: 'no account link has this url' } };
  }),
  /** A user pays a pending payment. */
  'POST bill': command(z.strictObject({ merchantPaymentId: z.string() }), ({ world }, { merchantPaymentId }) => {
    const payment = payBill(world, merchantPaymentId);
    return payment ? ok({ paymentId: payment.paymentId }) : { status: 409, body: { error: 'nothing to pay under this id' } };
  }),
  /** Where webhooks go; null = nowhere. */
  'POST webhook': command(z.strictObject({ url: z.url({ protocol: /^https?$/ }).nullable() }), ({ webhooks }, { url }) => {
    webhooks.post = url === null ? null : httpPost(url);
    return ok({ url });
  }),
  'POST clock': command(ClockChange, ({ world }, change) => {
    world.shift('advance_ms' in change ? change.advance_ms : change.now_ms - world.now_ms());
    return ok({ now_ms: world.now_ms() });
  }),
  'GET switches': ({ world }) => ok(world.switches),
  'POST switches': command(z.looseObject({}), ({ world }, change) => {
    const switched = Switches.safeParse({ ...world.switches, ...change });
    if (!switched.success) return { status: 400, body: { error: z.prettifyError(switched.error) } };
    world.switches = switched.data;
    return ok(world.switches);
  }),
};

/**
 * @param name the path after `/_simulator/`
 * @param body the raw body; empty counts as `{}`
 */
export function control(simulator: PayPaySimulator, method: string, name: string, body: string): ControlReply {
  const found = Object.hasOwn(COMMANDS, `${method} ${name}`) ? COMMANDS[`${method} ${name}`] : undefined;
  if (!found) return { status: 404, body: { error: `no ${method} ${name}; there are: ${Object.keys(COMMANDS).join(', ')}` } };
  let input: unknown;
  try {
    input = body === '' ? {} : JSON.parse(body);
  } catch (error) {
    return { status: 400, body: { error: `not JSON: ${(error as Error).message}` } };
  }
  return found(simulator, input);
}
