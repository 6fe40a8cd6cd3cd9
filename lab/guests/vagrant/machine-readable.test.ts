import fc from 'fast-check';
import t from 'tap';
import { readMachineLine, uiLevels } from './machine-readable.ts';

/** As `MachineReadable#machine` of Vagrant's ui.rb writes a line. */
const written = (machine: string, type: string, ...values: readonly string[]): string =>
  ['1795260051', machine, type, ...values.map(escaped)].join(',');
const escaped = (value: string): string => value.replaceAll(',', '%!(VAGRANT_COMMA)').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

t.test('lines of real runs', async (t) => {
  const cases: readonly (readonly [string, object])[] = [
    ['1795260079,win10,state,not_created', { kind: 'state', machine: 'win10', state: 'not_created' }],
    ['1795260079,win10,metadata,provider,proc', { kind: 'data', machine: 'win10', type: 'metadata', values: ['provider', 'proc'] }],
    ['1795260051,win10,action,up,start', { kind: 'action', machine: 'win10', action: 'up', phase: 'start' }],
    ['1795260051,win10,ui,output,==> win10: Booting VM...', { kind: 'ui', machine: 'win10', level: 'output', text: 'Booting VM...' }],
    [
      '1795260371,badpw,ui,detail,    badpw: Warning: Authentication failure. Retrying...',
      { kind: 'ui', machine: 'badpw', level: 'detail', text: 'Warning: Authentication failure. Retrying...' },
    ],
    [
      '1795260382,,ui,info,==> prov: Running provisioner: hello (shell)...',
      { kind: 'ui', machine: 'prov', level: 'info', text: 'Running provisioner: hello (shell)...' },
    ],
    [
      '1795260088,,ui,detail,Progress: 7% (Rate: 0/s%!(VAGRANT_COMMA) Estimated time remaining: --:--:--)',
      { kind: 'progress', machine: '', percent: 7 },
    ],
    [
      "1795259767,,error-exit,Vagrant::Errors::MachineNotFound,The machine with the name 'nosuch' was not found configured for\\nthis Vagrant environment.",
      {
        kind: 'error',
        errorClass: 'Vagrant::Errors::MachineNotFound',
        text: "The machine with the name 'nosuch' was not found configured for\nthis Vagrant environment.",
      },
    ],
    [
      '1795260585,vagrant-libvirt,plugin-version,0.11.2%!(VAGRANT_COMMA) system',
      { kind: 'data', machine: 'vagrant-libvirt', type: 'plugin-version', values: ['0.11.2, system'] },
    ],
    ['1795261836,win11,forwarded_port,5985,2200', { kind: 'data', machine: 'win11', type: 'forwarded_port', values: ['5985', '2200'] }],
    ['  Port 15985', { kind: 'text', text: '  Port 15985' }],
    ['', { kind: 'text', text: '' }],
    ["...kernel_require.rb>:85:in 'require': cannot load such file -- winrm (LoadError)", { kind: 'text' }],
    ['\r\u001B[K    win10: Progress: 3%', { kind: 'text', text: '    win10: Progress: 3%' }],
    ['1795260051,win10,ui,output,==> win10: done\r', { kind: 'ui', text: 'done' }],
  ];
  for (const [line, expected] of cases) t.match(readMachineLine(line), expected, line);
});

t.test('the prefix of a machine is taken off every line of a message, and of no other machine’s', async (t) => {
  t.match(readMachineLine(written('win10', 'ui', 'detail', '    win10: one\n    win10: two\n    win10:\nthree')), {
    text: 'one\ntwo\n\nthree',
  });
  t.match(readMachineLine(written('win10', 'ui', 'output', '==> win11: one')), { machine: 'win10', text: '==> win11: one' });
});

t.test('what Vagrant writes is read back, whatever it is', async (t) => {
  // Vagrant does not escape the backslash, so a text with \n or \r in it cannot be told from one with the character.
  const text = fc.string({ unit: 'binary' }).filter((value) => !/\\[nr]/.test(value) && !value.includes('%!(VAGRANT_COMMA)'));
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  fc.assert(
    fc.property(name, fc.array(text, { minLength: 1, maxLength: 4 }), (machine, values) => {
      const message = readMachineLine(written(machine, 'some-type', ...values));
      t.same(message, { kind: 'data', machine, type: 'some-type', values });
    }),
    { numRuns: 300 },
  );
  t.same(readMachineLine(written('m', 'some-type', 'C:\\new')), { kind: 'data', machine: 'm', type: 'some-type', values: ['C:\new'] });
});

t.test('lines of machines that run side by side stay with their machines', async (t) => {
  const line = fc.record({
    machine: fc.constantFrom('win10', 'win11'),
    level: fc.constantFrom(...uiLevels),
    text: fc.stringMatching(/^[A-Z][a-z ,]{0,20}$/),
  });
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const messages = lines.map(({ machine, level, text }) => readMachineLine(written(machine, 'ui', level, `==> ${machine}: ${text}`)));
      t.same(
        messages,
        lines.map(({ machine, level, text }) => ({ kind: 'ui', machine, level, text })),
      );
    }),
    { numRuns: 100 },
  );
});

t.test('nothing makes it throw, and long lines are cut', async (t) => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (line) => typeof readMachineLine(line).kind === 'string'));
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 6 }),
      (parts) => typeof readMachineLine(`1795260051,${parts.join(',')}`).kind === 'string',
    ),
  );
  const long = readMachineLine(`1795260051,m,ui,output,${'x'.repeat(3 << 20)}`);
  t.match(long, { kind: 'text' });
  t.ok(long.kind === 'text' && long.text.length <= 1 << 20);
});
