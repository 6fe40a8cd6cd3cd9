/** Something of Windows that the toolkit leans on, and since when Windows has it. */
export interface Origin {
  readonly name: string;
  /** Windows PowerShell, .NET Framework or Windows that brought it. */
  readonly since: string;
  /** Whether PowerShell 7 on Windows has it too. */
  readonly inPowershell7: boolean;
}

const both = (name: string, since: string): Origin => ({ name, since, inPowershell7: true });

/** Cmdlets and programs that the scripts call; a test compares them with the scripts. */
export const cmdlets: readonly Origin[] = [
  both('Add-Type', 'Windows PowerShell 2.0 (Windows 7)'),
  both('Get-CimInstance', 'Windows PowerShell 3.0 (Windows 8)'),
  both('powercfg.exe', 'Windows XP'),
  both('Remove-MpPreference', 'Windows 8.1, module Defender'),
  both('Select-Object', 'Windows PowerShell 1.0'),
  both('Set-Date', 'Windows PowerShell 1.0'),
  both('Set-MpPreference', 'Windows 8.1, module Defender'),
  both('Set-StrictMode', 'Windows PowerShell 2.0 (Windows 7)'),
  both('Update-MpSignature', 'Windows 8.1, module Defender'),
  both('Where-Object', 'Windows PowerShell 1.0'),
];

/** Classes of CIM that are asked; a test compares them with the scripts. */
export const cimClasses: readonly Origin[] = [
  both('MSFT_MpComputerStatus', 'Windows 8.1'),
  both('MSFT_MpPreference', 'Windows 8.1'),
  both('MSFT_NetConnectionProfile', 'Windows 8'),
  both('SoftwareLicensingProduct', 'Windows Vista'),
  both('Win32_ComputerSystem', 'Windows 2000'),
  both('Win32_OperatingSystem', 'Windows 2000'),
  both('Win32_PowerPlan', 'Windows 7'),
  both('Win32_Process', 'Windows 2000'),
];

/** .NET types that the scripts name; a test compares them with the scripts. Windows 10 1607 has .NET Framework 4.6.2, and no Windows 10 has less than 4.6. */
export const dotnetTypes: readonly Origin[] = [
  both('bool', '.NET Framework 1.0'),
  both('Console', '.NET Framework 1.0'),
  both('DateTimeOffset', '.NET Framework 2.0 SP1; `ToUnixTimeMilliseconds` 4.6'),
  both('Environment', '.NET Framework 1.0'),
  both('Globalization.CultureInfo', '.NET Framework 1.0'),
  both('int', '.NET Framework 1.0'),
  both('IO.BinaryReader', '.NET Framework 1.0'),
  both('IO.DriveInfo', '.NET Framework 2.0'),
  both('IO.Path', '.NET Framework 1.0'),
  both('long', '.NET Framework 1.0'),
  both('Math', '.NET Framework 1.0'),
  both('Microsoft.Win32.Registry', '.NET Framework 1.0'),
  both('Microsoft.Win32.RegistryValueKind', '.NET Framework 2.0'),
  both('Net.NetworkInformation.NetworkInterface', '.NET Framework 2.0'),
  both('Net.NetworkInformation.OperationalStatus', '.NET Framework 2.0'),
  both('object[]', '.NET Framework 1.0'),
  both('ScriptBlock', 'Windows PowerShell 1.0'),
  both('Security.Principal.WindowsBuiltInRole', '.NET Framework 1.0'),
  both('Security.Principal.WindowsIdentity', '.NET Framework 1.0'),
  both('Security.Principal.WindowsPrincipal', '.NET Framework 1.0'),
  both('string', '.NET Framework 1.0'),
  both('string[]', '.NET Framework 1.0'),
  both('Text.Encoding', '.NET Framework 1.0'),
  both('TimeZoneInfo', '.NET Framework 3.5'),
];

/** Functions of Windows that the C# calls; a test compares them with its sources. */
export const windowsFunctions: readonly Origin[] = [
  both('AssignProcessToJobObject', 'Windows XP; nested jobs Windows 8'),
  both('CloseHandle', 'Windows 2000'),
  both('CreateFileW', 'Windows 2000'),
  both('CreateJobObjectW', 'Windows XP'),
  both('CreatePipe', 'Windows 2000'),
  both('CreateProcessW', 'Windows 2000'),
  both('DeleteProcThreadAttributeList', 'Windows Vista'),
  both('GetExitCodeProcess', 'Windows 2000'),
  both('GetModuleHandleW', 'Windows 2000'),
  both('GetProcAddress', 'Windows 2000'),
  both('GetStdHandle', 'Windows 2000'),
  both('InitializeProcThreadAttributeList', 'Windows Vista'),
  both('K32GetProcessMemoryInfo', 'Windows 7'),
  both('ResumeThread', 'Windows 2000'),
  both('SetHandleInformation', 'Windows 2000'),
  both('SetInformationJobObject', 'Windows XP'),
  both('TerminateJobObject', 'Windows XP'),
  both('TerminateProcess', 'Windows 2000'),
  both('UpdateProcThreadAttribute', 'Windows Vista'),
  both('WaitForSingleObject', 'Windows 2000'),
  both('WinVerifyTrust', 'Windows 2000'),
  both('WriteFile', 'Windows 2000'),
];
