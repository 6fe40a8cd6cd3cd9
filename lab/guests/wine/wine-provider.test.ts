import { readFile, readdir } from 'node:fs/promises';
import t from 'tap';
import type { Endpoint, GuestLease } from '../../core/guest.ts';
import { Masker } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { providerContract } from '../../testing/contracts/provider-contract.ts';
import { secretsOf } from '../../testing/contracts/provider/endpoint-probe.ts';
import { processTree } from '../../testing/host-processes.ts';
import { keepGuest, noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { guestsFolder } from './wine-lease.ts';
import { wineProvider } from './wine-provider.ts';

t.setTimeout(400_000);

const masker = new Masker();
const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker });
const OWNER = 'provider-contract';

/** Runs a line in a guest and gives what it prints. */
async function say(endpoint: Endpoint, line: string): Promise<string> {
  const call = testCall(60_000);
  await using connection = await transports(systemClock).connect(endpoint, call);
  const result = await connection.run({ line, shell: 'cmd' }, call);
  return Buffer.from(result.stdout).toString().trim();
}

/** Guest hosts and sandboxes below this process. */
const guestProcesses = async (): Promise<readonly string[]> =>
  (await processTree(process.pid)).map((one) => one.commandLine).filter((line) => /guest-host|bwrap|wineserver|X:\\/.test(line));
const guestFolders = async (owner: string): Promise<readonly string[]> =>
  (await readdir(guestsFolder(realFolders)).catch(() => [])).filter((name) => name.startsWith(owner));

if (noWine) t.test('wine', { skip: noWine }, async () => {});
else {
  await providerContract(t, 'wine', {
    provider,
    spec: wineSpecs.win10,
    call: () => testCall(),
    kill: async (lease: GuestLease) => {
      t.match(await say(lease.endpoint, 'ver'), 'Windows 10.0.19045');
      const sandbox = (await processTree(process.pid)).find(
        (one) => one.commandLine.includes('bin/bwrap') && one.commandLine.includes(OWNER),
      );
      process.kill(sandbox?.pid ?? Number.NaN, 'SIGKILL');
    },
    orphan: async () => {
      const keeper = await keepGuest({ owner: OWNER });
      // The host process would clean up after its parent; a machine that is switched off kills both.
      const host = (await processTree(keeper.pid)).find((one) => one.commandLine.includes('guest-host.ts'));
      process.kill(host?.pid ?? Number.NaN, 'SIGKILL');
      process.kill(keeper.pid, 'SIGKILL');
      await keeper.gone;
    },
    remains: async () => [...(await guestProcesses()), ...(await guestFolders(OWNER))],
    trace: {
      leave: async (endpoint) =>
        void (await say(endpoint, 'echo trace> C:\\windows\\system32\\trace.txt & reg add HKLM\\Software\\Trace /f')),
      find: async (endpoint) =>
        (await say(endpoint, 'if exist C:\\windows\\system32\\trace.txt echo found')) === 'found' ||
        (await say(endpoint, 'reg query HKLM\\Software\\Trace >nul 2>&1 && echo found')) === 'found',
    },
  });

  t.test('an embedded guest is what its specification says', async (t) => {
    await using lease = await provider.acquire(wineSpecs.win11, { id: OWNER }, testCall());
    const ask = (line: string): Promise<string> => say(lease.endpoint, line);
    t.match(await ask('ver'), 'Windows 10.0.26100');
    t.equal(await ask('echo %COMPUTERNAME% %USERNAME%'), 'WIN11 guest');
    t.match(await ask('reg query "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion" /v DisplayVersion'), '24H2');
    t.equal(lease.isolation, 'namespaces');
    t.match(lease.platform, /^Wine 10\.0 in bubblewrap \d/);
    t.equal(lease.endpoint.toolkit.kind, 'agent');
    const answer = await ask(
      `X:\\node.exe -p "JSON.stringify([Object.keys(require('os').networkInterfaces()).length, require('os').cpus().length > 0])"`,
    );
    t.same(JSON.parse(answer)[1], true, 'the guest finds processors');
  });

  t.test('the wall holds', async (t) => {
    await using lease = await provider.acquire(wineSpecs.win11, { id: OWNER }, testCall());
    const node = (script: string): Promise<string> => say(lease.endpoint, `X:\\node.exe -e "${script}"`);
    t.match(await say(lease.endpoint, 'dir Z:\\ 2>&1'), /^$|not found|cannot find/i, 'the host’s root is no drive');
    t.equal(
      await node("console.log(require('fs').readdirSync('\\\\\\\\?\\\\unix\\\\').sort().join())"),
      'bin,etc,guest,lib,lib64,tmp,usr',
      'nothing of the host is there',
    );
    t.equal(await node("console.log(require('fs').readdirSync('\\\\\\\\?\\\\unix\\\\etc').join())"), 'passwd');
    for (const file of ['C:\\\\..\\\\..\\\\new.txt', 'X:\\\\new.txt', '\\\\\\\\?\\\\unix\\\\usr\\\\new.txt']) {
      t.not(
        await node(
          `try{require('fs').writeFileSync('${file}','x');console.log('WROTE '+require('path').resolve('${file}'))}catch(e){console.log(e.code)}`,
        ),
        `WROTE ${file.replaceAll('\\\\', '\\')}`,
        file,
      );
    }
    const reach = "require('net').connect(80,'192.0.2.1').on('error',e=>console.log(e.code)).on('connect',()=>console.log('CONNECTED'))";
    t.match(await node(reach), /^E(NETUNREACH|ACCES|ADDRNOTAVAIL)/, 'there is no network');
    const loopback =
      "const s=require('net').createServer().listen(0,'127.0.0.1',()=>require('net').connect(s.address().port,'127.0.0.1',()=>{console.log('LOOP');process.exit()}))";
    t.equal(await node(loopback), 'LOOP', 'but loopback works');
    const inside = (await processTree(process.pid)).find((one) => one.commandLine.startsWith('X:\\node.exe X:\\agent.cjs'));
    const status = await readFile(`/proc/${inside?.pid}/status`, 'utf8');
    t.match(status, /^CapEff:\s+0000000000000000$/m, 'no capabilities');
    t.match(status, /^CapBnd:\s+0000000000000000$/m);
    t.match(status, /^NoNewPrivs:\s+1$/m);
    t.match(await readFile(`/proc/${inside?.pid}/uid_map`, 'utf8'), /^\s*1000\s+\d+\s+1\s*$/, 'one user, 1000');
    const [secret = ''] = secretsOf(lease.endpoint);
    t.not(secret, '');
    for (const one of await processTree(process.pid)) {
      const environment = await readFile(`/proc/${one.pid}/environ`, 'latin1').catch(() => '');
      t.notOk(one.commandLine.includes(secret) || environment.includes(secret), `no password in process ${one.pid}`);
    }
    t.equal(masker.mask(secret), '***');
  });
}
