import t from 'tap';
import { clixmlText } from './clixml-text.ts';

t.test('what PowerShell writes as XML is read as text', async (t) => {
  const progress = '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN></Obj>';
  const errors = '<S S="Error">it failed: &lt;a&gt; &amp; &quot;b&quot;_x000D__x000A_</S><S S="Error">At line:1_x000D__x000A_</S>';
  const noise = `#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${progress}${errors}</Objs>`;
  t.equal(clixmlText(noise), 'it failed: <a> & "b"\r\nAt line:1\r\n');
  t.equal(clixmlText(`before\r\n${noise}`), 'before\r\nit failed: <a> & "b"\r\nAt line:1\r\n');
  t.equal(clixmlText(`#< CLIXML\r\n<Objs>${progress}</Objs>`), '', 'progress is no error');
  t.equal(clixmlText('plain <S S="Error">text</S>'), 'plain <S S="Error">text</S>');
});
