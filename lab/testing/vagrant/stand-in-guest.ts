import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { guestTls } from '../winrm/guest-tls.ts';
import { scriptedCmd, windowsAnswers } from '../winrm/scripted-cmd.ts';

// A machine of the stand-in for VirtualBox: WinRM over HTTP and HTTPS, each where the arguments forward its port, in front of a cmd.exe that knows a
// handful of lines.

const answers = scriptedCmd(windowsAnswers);
for (const forward of process.argv.slice(2)) {
  // winrm,tcp,127.0.0.1,55985,,5985
  const [, , host = '127.0.0.1', port, , guestPort] = forward.split(',');
  if (guestPort !== '5985' && guestPort !== '5986') continue;
  await startEndpoint({
    host: host === '' ? '127.0.0.1' : host,
    port: Number(port),
    users: [{ name: 'vagrant', password: new Secret('vagrant') }],
    processes: answers,
    identity: { osVersion: '10.0.26200', computerName: 'STAND-IN' },
    ...(guestPort === '5986' ? { tls: guestTls } : {}),
  });
}
