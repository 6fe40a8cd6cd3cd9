import type { Test } from 'tap';
import { z } from 'zod';
import { addressOf } from '../../cli/running-guests.ts';
import type { Assurance } from '../../core/assurance.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type Endpoint, type GuestLease, type GuestSpec, type Provider, assuranceSchema, isolationSchema } from '../../core/guest.ts';
import { answered, identify, secretsOf } from './provider/endpoint-probe.ts';

/** A provider under test and what the suite needs around it. */
export interface ProviderRig {
  readonly provider: Provider;
  /** What its guests are, where that is less than the best it can give. */
  readonly assurance?: Assurance;
  readonly spec: GuestSpec;
  /** Whether its guests are there before and after: they are neither made nor removed, and one address is one guest. Absent: they are not. */
  readonly persistent?: boolean;
  /** Another of its guests, where one description is one guest. */
  readonly other?: GuestSpec;
  /** A fresh call, long enough for anything the provider does. */
  readonly call: () => Call;
  /** Ends a guest from outside, as a crash would. */
  readonly kill: (lease: GuestLease) => Promise<void>;
  /** Leaves a guest of a dead owner behind; of guests that are there anyway, has an owner die in the middle of its turn. */
  readonly orphan: () => Promise<void>;
  /** What is on the host of the guests of these tests: processes, folders. Empty when nothing is. */
  readonly remains: () => Promise<readonly string[]>;
  /** Leaves a trace in a guest, and looks for it. Absent where guests hold nothing. */
  readonly trace?: { readonly leave: (endpoint: Endpoint) => Promise<void>; readonly find: (endpoint: Endpoint) => Promise<boolean> };
}

const OWNER = { id: 'provider-contract' };
const LIMIT_MS = 180_000;
/** When acquiring is aborted; the earliest is before anything was started. */
const ABORT_AFTER_MS = [0, 30, 250];

const diagnosis = z.strictObject({
  subject: z.string().min(1),
  state: z.enum(['ok', 'warning', 'missing']),
  message: z.string().min(1),
  hint: z.string().min(1).optional(),
});

/** What every provider promises. */
export async function providerContract(t: Test, name: string, rig: ProviderRig): Promise<void> {
  await t.test(name, { timeout: LIMIT_MS }, async (t) => {
    const { provider, spec } = rig;
    const acquire = (call = rig.call()): Promise<GuestLease> => provider.acquire(spec, OWNER, call);

    await t.test('the doctor says what is wrong and what to do', async (t) => {
      const answers = await provider.doctor(rig.call());
      t.not(answers.length, 0);
      for (const answer of answers) {
        t.ok(diagnosis.safeParse(answer).success, `${answer.subject}: ${answer.message}`);
        t.equal(answer.hint === undefined, answer.state === 'ok', 'there is something to do exactly when it is not well');
      }
    });

    await t.test('a guest answers and says what it is', async (t) => {
      await provider.prepare([spec], () => {}, rig.call());
      const lease = await acquire();
      t.equal(lease.spec, spec);
      t.equal(lease.assurance, rig.assurance ?? provider.assurance);
      t.ok(assuranceSchema.safeParse(lease.assurance).success);
      t.ok(isolationSchema.safeParse(lease.isolation).success);
      t.not(lease.platform, '');
      t.match(await identify(lease.endpoint), answered);
      for (const secret of secretsOf(lease.endpoint)) t.notOk(JSON.stringify(lease.endpoint).includes(secret), 'no secret prints');
      await lease[Symbol.asyncDispose]();
      if (rig.persistent) t.match(await identify(lease.endpoint), answered, 'it is left as it is');
      else await t.rejects(identify(lease.endpoint), 'nothing answers after the release');
      t.same(await rig.remains(), []);
      await lease[Symbol.asyncDispose]();
      await t.rejects(lease.rewind(rig.call()), 'a released guest is not rewound');
      t.same(await rig.remains(), []);
    });

    if (rig.persistent) {
      await t.test('one host is one guest at a time', async (t) => {
        const [one, later] = [await acquire(), acquire()];
        t.equal(await settled(later), undefined, 'the other waits');
        await one[Symbol.asyncDispose]();
        await (await later)[Symbol.asyncDispose]();
      });
    }

    await t.test('guests are apart', async (t) => {
      const [one, other] = await Promise.all([acquire(), provider.acquire(rig.other ?? spec, OWNER, rig.call())]);
      t.not(addressOf(one.endpoint), addressOf(other.endpoint));
      t.notOk(secretsOf(one.endpoint).some((secret) => secretsOf(other.endpoint).includes(secret)));
      await rig.trace?.leave(one.endpoint);
      if (rig.trace) t.equal(await rig.trace.find(other.endpoint), false);
      await one[Symbol.asyncDispose]();
      t.match(await identify(other.endpoint), answered, 'the end of one is not the end of the other');
      await other[Symbol.asyncDispose]();
    });

    await t.test('rewinding brings back the pristine state', async (t) => {
      const lease = await acquire();
      const before = lease.endpoint;
      await rig.trace?.leave(before);
      if (rig.trace) t.equal(await rig.trace.find(before), true, 'the trace can be found');
      await lease.rewind(rig.call());
      t.not(lease.endpoint, before, 'there is a new endpoint');
      if (!rig.persistent) await t.rejects(identify(before), 'the old one is gone');
      t.match(await identify(lease.endpoint), answered);
      if (rig.trace) t.equal(await rig.trace.find(lease.endpoint), false, 'the trace is gone');
      t.equal(await settled(lease.lost), undefined, 'a rewound guest is not a lost one');
      await lease[Symbol.asyncDispose]();
      t.equal(await settled(lease.lost), undefined, 'a released guest is not a lost one');
      t.same(await rig.remains(), []);
    });

    await t.test('a guest that ends by itself is lost', async (t) => {
      const lease = await acquire();
      await rig.kill(lease);
      t.not(await lease.lost, '');
      await lease[Symbol.asyncDispose]();
      t.same(await rig.remains(), []);
    });

    await t.test('giving up leaves nothing', async (t) => {
      for (const afterMs of ABORT_AFTER_MS) {
        const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
        const control = new AbortController();
        const base = rig.call();
        const call: Call = { signal: AbortSignal.any([base.signal, control.signal]), deadline: base.deadline };
        const timer = setTimeout(() => control.abort(reason), afterMs);
        if (afterMs === 0) control.abort(reason);
        await acquire(call).then(
          async (lease) => {
            // It was quicker than the abort.
            t.not(afterMs, 0);
            await lease[Symbol.asyncDispose]();
          },
          (error: unknown) => t.equal(error, reason),
        );
        clearTimeout(timer);
        t.same(await rig.remains(), [], `after ${afterMs} ms`);
      }
    });

    if (rig.persistent) {
      await t.test('the turn of a dead owner is over, and nothing is left of it', async (t) => {
        await rig.orphan();
        t.same(await provider.clean(rig.call()), []);
        const lease = await acquire();
        t.match(await identify(lease.endpoint), answered);
        await lease[Symbol.asyncDispose]();
        t.same(await rig.remains(), []);
      });
      return;
    }
    await t.test('what a dead owner left is found, what a living one has is not', async (t) => {
      const lease = await acquire();
      await rig.orphan();
      t.equal((await provider.clean(rig.call())).length, 1);
      t.same(await provider.clean(rig.call()), []);
      t.match(await identify(lease.endpoint), answered);
      await lease[Symbol.asyncDispose]();
      t.same(await rig.remains(), []);
    });
  });
}

/** What a promise resolved with by now; `undefined` while it is pending. */
const settled = <T>(promise: Promise<T>): Promise<T | undefined> =>
  Promise.race([promise, new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), 20))]);
