import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { guestSources } from '../../toolkit/powershell/guest-sources.ts';
import { scratchFolder } from '../scratch-folder.ts';

const run = promisify(execFile);
const SDK = { ...process.env, DOTNET_NOLOGO: '1', DOTNET_CLI_TELEMETRY_OPTOUT: '1' };

/** Why no stand-in can be made here; `false` where it can. */
export const noStandIn = (): string | false => {
  try {
    execFileSync('dotnet', ['--list-sdks'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no .NET SDK (its command is dotnet): https://learn.microsoft.com/dotnet/core/install/linux';
  }
};

/** What a stand-in is a program for. */
export type StandInSystem = 'win-x64' | 'linux-x64';

const projectFor = (system: StandInSystem): string => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <AssemblyName>pwsh</AssemblyName>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <RuntimeIdentifier>${system}</RuntimeIdentifier>
    <SelfContained>${system === 'win-x64'}</SelfContained>
    <LangVersion>5</LangVersion>
    <ImplicitUsings>disable</ImplicitUsings>
    <Nullable>disable</Nullable>
    <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
    <GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>
    <NoWarn>$(NoWarn);SYSLIB0021;SYSLIB0045;SYSLIB0057</NoWarn>
  </PropertyGroup>
</Project>
`;

const LIBRARY = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <LangVersion>5</LangVersion>
    <ImplicitUsings>disable</ImplicitUsings>
    <Nullable>disable</Nullable>
    <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
    <GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
  </PropertyGroup>
</Project>
`;

/**
 * Compiles C# 5 against the declarations of .NET Standard 2.0 and nothing else; gives what the compiler has against it. All that .NET Standard 2.0 declares
 * is in .NET Framework 4.7.2; Windows 10 22H2 has 4.8.
 */
export async function standardProblems(t: Test, csharp: string): Promise<readonly string[]> {
  const folder = await scratchFolder(t);
  await writeFile(path.join(folder, 'guest.csproj'), LIBRARY);
  await writeFile(path.join(folder, 'guest.cs'), csharp);
  const built = await run('dotnet', ['build', '--configuration', 'Release', '--nologo'], { cwd: folder, env: SDK }).catch(
    (error: unknown) => error,
  );
  const { stdout = '', code = 0 } = built as { readonly stdout?: string; readonly code?: number };
  // /tmp/a/guest.cs(3,5): error CS1061: 'string' does not contain … [/tmp/a/guest.csproj]
  const problems = [...stdout.matchAll(/^.*\b(?:error|warning) (\w+: .*?)(?: \[.*\])?$/gm)].map(([, problem = '']) => problem);
  if (code !== 0 && problems.length === 0) throw new Error(`the compiler ended with ${code}: ${stdout.slice(-500)}`);
  return [...new Set(problems)];
}

/**
 * A folder with a `pwsh.exe` (or `pwsh`) that is no PowerShell: a program that takes the same command line, reads what the script and its C# would be and
 * leaves them, and answers with the C# alone. It shows what the C# does on Windows, real or emulated, and whether a rig is right, where no PowerShell can
 * be had.
 */
export async function powershellStandIn(t: Test, system: StandInSystem): Promise<LocalPath> {
  const folder = await scratchFolder(t);
  const project = path.join(folder, 'project');
  await mkdir(project);
  await Promise.all([
    writeFile(path.join(project, 'pwsh.csproj'), projectFor(system)),
    writeFile(path.join(project, 'guest.cs'), (await guestSources()).csharp),
    copyFile(path.join(import.meta.dirname, 'tool-main.cs'), path.join(project, 'main.cs')),
  ]);
  await run('dotnet', ['publish', '--configuration', 'Release', '--output', 'out'], {
    cwd: project,
    env: SDK,
  });
  const made = path.join(folder, 'powershell');
  await rename(path.join(project, 'out'), made);
  return made as LocalPath;
}
