import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { guestSources } from '../../toolkit/powershell/guest-sources.ts';
import { scratchFolder } from '../scratch-folder.ts';

const run = promisify(execFile);

/** Why no stand-in for Windows can be made here; `false` where it can. */
export const noStandIn = (): string | false => {
  try {
    execFileSync('dotnet', ['--list-sdks'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no .NET SDK (its command is dotnet): https://learn.microsoft.com/dotnet/core/install/linux';
  }
};

const PROJECT = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <AssemblyName>pwsh</AssemblyName>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <RuntimeIdentifier>win-x64</RuntimeIdentifier>
    <SelfContained>true</SelfContained>
    <LangVersion>5</LangVersion>
    <ImplicitUsings>disable</ImplicitUsings>
    <Nullable>disable</Nullable>
    <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
    <GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>
    <NoWarn>$(NoWarn);SYSLIB0021;SYSLIB0045;SYSLIB0057</NoWarn>
  </PropertyGroup>
</Project>
`;

/**
 * A folder with a `pwsh.exe` that is no PowerShell: a program for Windows that takes the same command line, reads what the script and its C# would be
 * and leaves them, and answers with the C# alone. It shows what the C# does on Windows, real or emulated, where no PowerShell can be had.
 */
export async function windowsStandIn(t: Test): Promise<LocalPath> {
  const folder = await scratchFolder(t);
  const project = path.join(folder, 'project');
  await mkdir(project);
  await Promise.all([
    writeFile(path.join(project, 'pwsh.csproj'), PROJECT),
    writeFile(path.join(project, 'guest.cs'), (await guestSources()).csharp),
    copyFile(path.join(import.meta.dirname, 'tool-main.cs'), path.join(project, 'main.cs')),
  ]);
  await run('dotnet', ['publish', '--configuration', 'Release', '--output', 'out'], {
    cwd: project,
    env: { ...process.env, DOTNET_NOLOGO: '1', DOTNET_CLI_TELEMETRY_OPTOUT: '1' },
  });
  const made = path.join(folder, 'powershell');
  await rename(path.join(project, 'out'), made);
  return made as LocalPath;
}
