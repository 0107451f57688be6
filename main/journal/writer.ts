/**
 * The journal's threads. The one with `role: 'write'` owns the only connection that writes; the one with `role: 'read'`
 * answers questions on a connection of its own, so that a long question never delays an append.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { JournalError, JournalFault } from '../../app/ports.ts';
import { openForReading } from './database.ts';
import { journalError } from './faults.ts';
import { type Queries, QUERIES } from './reader.ts';
import { type Batch, openStore, type Store } from './store.ts';

export interface ThreadOptions {
  readonly role: 'write' | 'read';
  readonly path: string;
  readonly bootId: string;
  /** For tests: every flush takes this much longer. */
  readonly flushDelay_ms: number;
}

export type Request =
  | { readonly id: number; readonly do: 'append'; readonly batch: Batch }
  | { readonly id: number; readonly do: 'query'; readonly name: keyof Queries; readonly args: readonly unknown[] }
  /** Answered when everything before it is. Also the first request: its answer says that the journal is open. */
  | { readonly id: number; readonly do: 'open' | 'close' };

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: JournalFault; readonly message: string }
  | { readonly id: number; readonly ok: false; readonly orderId: string; readonly rule: string };

const { role, path, bootId, flushDelay_ms } = workerData as ThreadOptions;
const port = parentPort;
if (port === null) throw new Error('the journal runs in a thread of its own');

const reply = (message: Reply) => port.postMessage(message);
const fail = (id: number, error: JournalError) => reply({ id, ok: false, fault: error.fault, message: error.message });

let store: Store | null = null;
let reading: DatabaseSync | null = null;

const delayFlush = () => void (flushDelay_ms > 0 && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, flushDelay_ms));

/** Everything that waits is taken at once; appends in a row share one flush. */
function handle(first: Request): void {
  const waiting = [first];
  for (let next = receiveMessageOnPort(port!); next !== undefined; next = receiveMessageOnPort(port!))
    waiting.push(next.message as Request);
  let group: Extract<Request, { do: 'append' }>[] = [];
  const flush = () => {
    if (group.length > 0) append(group);
    group = [];
  };
  for (const request of waiting) {
    if (request.do === 'append') group.push(request);
    else {
      flush();
      one(request);
    }
  }
  flush();
}

function append(group: readonly Extract<Request, { do: 'append' }>[]): void {
  const results = store!.append(group.map(({ batch }) => batch));
  results.forEach((result, i) => {
    const { id } = group[i]!;
    if (result.result === 'written') reply({ id, ok: true, value: result.firstSeq });
    else if (result.result === 'refused') reply({ id, ok: false, orderId: result.orderId, rule: result.rule });
    else fail(id, result.error);
  });
}

function one(request: Exclude<Request, { do: 'append' }>): void {
  const { id } = request;
  try {
    switch (request.do) {
      case 'open':
        if (role === 'write') {
          mkdirSync(dirname(path), { recursive: true });
          store = openStore(path, bootId, delayFlush);
        } else reading = openForReading(path);
        return reply({ id, ok: true, value: null });
      case 'query': {
        const query = QUERIES[request.name] as (db: DatabaseSync, ...args: readonly unknown[]) => unknown;
        return reply({ id, ok: true, value: query(reading!, ...request.args) });
      }
      case 'close':
        store?.close();
        reading?.close();
        return reply({ id, ok: true, value: null });
    }
  } catch (error) {
    fail(id, journalError(error, path));
  }
}

port.on('message', handle);
