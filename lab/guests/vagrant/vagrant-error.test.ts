import t from 'tap';
import { type VagrantFailure, isLocked, vagrantError } from './vagrant-error.ts';

const failure = (more: Partial<VagrantFailure>): VagrantFailure => ({
  command: 'vagrant up win10',
  machine: 'win10',
  text: '',
  exitCode: 1,
  ...more,
});

t.test('classes of Vagrant’s errors', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    'Vagrant::Errors::MachineLocked': 'vagrant.machine-locked',
    'Vagrant::Errors::MachineActionLockedError': 'vagrant.machine-locked',
    'Vagrant::Errors::VMBootTimeout': 'vagrant.boot-timeout',
    'Vagrant::Errors::BoxChecksumMismatch': 'vagrant.box-mismatch',
    'Vagrant::Errors::BoxAddShortNotFound': 'vagrant.box-missing',
    'Vagrant::Errors::ProviderNotUsable': 'vagrant.provider-unusable',
    'Vagrant::Errors::VBoxManageNotFoundError': 'vagrant.provider-unusable',
    'Vagrant::Errors::ForwardPortCollision': 'vagrant.port-taken',
    'Vagrant::Errors::ConfigInvalid': 'vagrant.vagrantfile-invalid',
    'VagrantPlugins::CommunicatorWinRM::Errors::WinRMNotReady': 'vagrant.guest-unreachable',
    'Vagrant::Errors::VBoxManageError': 'vagrant.failed',
    'Vagrant::Errors::constructor': 'vagrant.failed',
  };
  for (const [errorClass, code] of Object.entries(cases)) t.match(vagrantError(failure({ errorClass, text: 'why' })), { code }, errorClass);
});

t.test('what is quoted', async (t) => {
  const mismatch = vagrantError(
    failure({
      errorClass: 'Vagrant::Errors::BoxChecksumMismatch',
      text: 'The checksum of the downloaded box did not match\n\nExpected: 0000a7\nReceived: f6efa7',
    }),
  );
  t.match(mismatch.message, 'SHA-256 f6efa7 instead of 0000a7');
  const long = vagrantError(failure({ errorClass: 'X::Other', text: `one\n  two\n${'x'.repeat(100_000)}` }));
  t.match(long.message, 'one · two');
  t.ok(long.message.length < 3000);
});

t.test('failures without a class', async (t) => {
  const cases: readonly (readonly [Partial<VagrantFailure>, string])[] = [
    [{ text: 'Vagrant failed to initialize at a very early stage:\n\nThere is a syntax error' }, 'vagrant.vagrantfile-invalid'],
    [{ text: "<internal>:85:in 'require': cannot load such file -- winrm (LoadError)" }, 'vagrant.winrm-missing'],
    [
      {
        text: "/usr/lib/vagrant/machine_index.rb:304:in `delete': No such file or directory @ apply2files - /h/data/machine-index/a7.lock (Errno::ENOENT)\n\tfrom /usr/lib/vagrant/machine_index.rb:170",
      },
      'vagrant.machine-locked',
    ],
    [{ text: "/usr/lib/vagrant/box.rb:1:in `read': No such file or directory - /h/box (Errno::ENOENT)" }, 'vagrant.failed'],
    [{ text: '', exitCode: 143 }, 'vagrant.killed'],
    [{ text: '', exitCode: undefined, signal: 'SIGKILL' }, 'vagrant.killed'],
    [{ text: '', exitCode: 1 }, 'vagrant.failed'],
    [{ text: 'Usage: vagrant [options] <command>', exitCode: 1 }, 'vagrant.failed'],
  ];
  for (const [more, code] of cases) t.match(vagrantError(failure(more)), { code });
});

t.test('a full disk, whoever says it', async (t) => {
  for (const text of [
    'VBoxManage: error: Could not create the medium (VERR_DISK_FULL)',
    'No space left on device @ rb_sysopen (Errno::ENOSPC)',
    'There is not enough space on the disk.',
  ])
    t.match(vagrantError(failure({ errorClass: 'Vagrant::Errors::VBoxManageError', text })), { code: 'vagrant.disk-full' });
});

t.test('a lock is waited for, anything else is not', async (t) => {
  t.ok(isLocked(vagrantError(failure({ errorClass: 'Vagrant::Errors::MachineLocked' }))));
  t.notOk(isLocked(vagrantError(failure({ errorClass: 'Vagrant::Errors::VMBootTimeout' }))));
  t.notOk(isLocked(new Error('locked')));
});
