# The toolkit's end in the guest: answers a JSON question a line until standard input ends. Most verbs are answered by the C# that follows on standard
# input in the same form as this script; what only PowerShell can be asked is answered here. Data comes as JSON and is never made part of code.
param([IO.BinaryReader] $reader)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'

$source = [Text.Encoding]::UTF8.GetString($reader.ReadBytes($reader.ReadInt32()))
# It needs nothing but System.dll, which is there without being named.
Add-Type -TypeDefinition $source -IgnoreWarnings

# One line for a person: what went wrong.
function Get-Reason($problem) {
  $reason = ([string] $problem.Exception.GetBaseException().Message) -replace '\s+', ' '
  if ($reason.Length -gt 300) { $reason = $reason.Substring(0, 300) }
  return $reason
}

# A value of the registry; nothing where there is none. `HKEY_LOCAL_MACHINE\SOFTWARE\…`
function Get-RegistryValue([string] $key, [string] $name) {
  return [Microsoft.Win32.Registry]::GetValue($key, $name, $null)
}

# Whether a key is there, below HKEY_LOCAL_MACHINE.
function Test-MachineKey([string] $key) {
  $found = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($key)
  if ($null -eq $found) { return $false }
  $found.Dispose()
  return $true
}

# The names of the keys below a key of HKEY_LOCAL_MACHINE.
function Get-MachineSubkey([string] $key) {
  $found = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($key)
  if ($null -eq $found) { return }
  try { $found.GetSubKeyNames() } finally { $found.Dispose() }
}
