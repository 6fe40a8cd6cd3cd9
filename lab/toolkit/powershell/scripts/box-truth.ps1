# What the machine is really like. Each fact is read by itself: one that cannot be read takes none of the others along.
$policies = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$screenPolicy = 'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\System'
$explorer = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer'
$defender = 'root/Microsoft/Windows/Defender'
# Windows itself among the products of the licensing service.
$windowsProduct = "ApplicationID='55c92734-d682-4d71-983e-d6ec3f16059f' AND PartialProductKey IS NOT NULL"
$licenceStates = 'unlicensed', 'licensed', 'grace', 'grace', 'non-genuine', 'notification', 'grace'

# `$absent` says what it means that there is nothing.
function Read-Fact([scriptblock] $read, [string] $absent) {
  try {
    $value = & $read
    if ($null -ne $value) { return @{ state = 'known'; value = $value } }
    if ($absent -ne '') { return @{ state = 'not-applicable'; reason = $absent } }
    return @{ state = 'unknown'; reason = 'the machine does not say' }
  } catch {
    return @{ state = 'unknown'; reason = (Get-Reason $_) }
  }
}

# The same for what there may be none or several of.
function Read-FactList([scriptblock] $read) {
  try {
    return @{ state = 'known'; value = [string[]] @(& $read) }
  } catch {
    return @{ state = 'unknown'; reason = (Get-Reason $_) }
  }
}

function Get-ScreenPolicy {
  $enabled = Get-RegistryValue $screenPolicy 'EnableSmartScreen'
  if ($null -ne $enabled) {
    if ([int] $enabled -eq 0) { return 'off' }
    if ([string] (Get-RegistryValue $screenPolicy 'ShellSmartScreenLevel') -eq 'Block') { return 'block' }
    return 'warn'
  }
  if ([string] (Get-RegistryValue $explorer 'SmartScreenEnabled') -eq 'Off') { return 'off' }
  return 'default'
}

function Get-SmartAppControl {
  $state = Get-RegistryValue 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\CI\Policy' 'VerifiedAndReputablePolicyState'
  if ($null -eq $state) { return $null }
  switch ([int] $state) {
    0 { return 'off' }
    1 { return 'enforce' }
    2 { return 'evaluation' }
  }
  return "state $state"
}

function Get-Exclusion {
  $preference = Get-CimInstance -Namespace $defender -ClassName MSFT_MpPreference
  foreach ($kind in 'ExclusionPath', 'ExclusionProcess', 'ExclusionExtension', 'ExclusionIpAddress') {
    # Not every Windows has all of them.
    $property = $preference.CimInstanceProperties[$kind]
    if ($null -eq $property) { continue }
    foreach ($value in @($property.Value)) {
      if ($null -eq $value) { continue }
      # What others than administrators are told instead.
      if ([string] $value -like 'N/A:*') { throw [AniVaultLab.Refusal]::new('io', 'only an administrator is told the exclusions') }
      "$($kind): $value"
    }
  }
}

function Get-PendingReboot {
  if (Test-MachineKey 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending') { 'component servicing' }
  if (Test-MachineKey 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') { 'Windows Update' }
  if ($null -ne (Get-RegistryValue 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager' 'PendingFileRenameOperations')) { 'files to be renamed' }
}

function Get-Runtime {
  $framework = Get-RegistryValue 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' 'Version'
  if ($null -ne $framework) { ".NET Framework $framework" }
  $shared = Get-RegistryValue 'HKEY_LOCAL_MACHINE\SOFTWARE\dotnet\Setup\InstalledVersions\x64\sharedhost' 'Version'
  if ($null -ne $shared) { ".NET $shared" }
  $visual = Get-RegistryValue 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64' 'Version'
  if ($null -ne $visual) { "Visual C++ $visual" }
  $node = Get-RegistryValue 'HKEY_LOCAL_MACHINE\SOFTWARE\Node.js' 'Version'
  if ($null -ne $node) { "Node.js $node" }
  foreach ($version in Get-MachineSubkey 'SOFTWARE\Python\PythonCore') { "Python $version" }
  foreach ($version in Get-MachineSubkey 'SOFTWARE\JavaSoft\JDK') { "Java $version" }
  if (Test-MachineKey 'SOFTWARE\Microsoft\PowerShellCore\InstalledVersions') { 'PowerShell 7' }
}

function Get-NetworkCategory {
  $names = 'public', 'private', 'domain'
  foreach ($connection in Get-CimInstance -Namespace 'root/StandardCimv2' -ClassName MSFT_NetConnectionProfile) {
    $names[[int] $connection.NetworkCategory]
  }
}

function Get-PowerPlan {
  $plan = Get-CimInstance -Namespace 'root/cimv2/power' -ClassName Win32_PowerPlan -Filter 'IsActive=TRUE'
  if ($null -eq $plan) { return $null }
  # Microsoft:PowerPlan\{381b4222-f694-41f0-9685-ff5bb260df2e}
  return ([string] $plan.InstanceID -replace '^.*\{(.*)\}$', '$1').ToLowerInvariant()
}

function Get-BoxTruth {
  # One question each, of which several facts come; they are asked again in the facts, where a failure is told.
  $status = $null
  $licence = $null
  $system = $null
  $why = @{}
  try { $status = Get-CimInstance -Namespace $defender -ClassName MSFT_MpComputerStatus } catch { $why['status'] = Get-Reason $_ }
  try { $licence = @(Get-CimInstance -ClassName SoftwareLicensingProduct -Filter $windowsProduct -Property 'LicenseStatus', 'GracePeriodRemaining')[0] } catch { $why['licence'] = Get-Reason $_ }
  try { $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property 'LastBootUpTime', 'LocalDateTime' } catch { $why['system'] = Get-Reason $_ }
  $needs = {
    param($value, [string] $which)
    if ($null -ne $value) { return }
    $reason = 'Windows does not say'
    if ($why.ContainsKey($which)) { $reason = $why[$which] }
    throw [AniVaultLab.Refusal]::new('io', $reason)
  }
  return @{
    system             = Read-Fact { $name = [AniVaultLab.Emulator]::Name(); if ($null -eq $name) { 'windows' } else { [string] $name } }
    osBuild            = Read-Fact { Get-OsBuild }
    osRevision         = Read-Fact { $value = Get-RegistryValue $currentVersion 'UBR'; if ($null -ne $value) { [int] $value } }
    edition            = Read-Fact { Get-RegistryValue $currentVersion 'EditionID' }
    activation         = Read-Fact { & $needs $licence 'licence'; $licenceStates[[int] $licence.LicenseStatus] }
    licenceDaysLeft    = Read-Fact { & $needs $licence 'licence'; if ([long] $licence.GracePeriodRemaining -gt 0) { [int] [Math]::Floor([long] $licence.GracePeriodRemaining / 1440) } } 'the licence does not end'
    realTimeProtection = Read-Fact { & $needs $status 'status'; [bool] $status.RealTimeProtectionEnabled }
    defenderMode       = Read-Fact { & $needs $status 'status'; [string] $status.AMRunningMode }
    engineVersion      = Read-Fact { & $needs $status 'status'; [string] $status.AMEngineVersion }
    signatureVersion   = Read-Fact { & $needs $status 'status'; [string] $status.AntivirusSignatureVersion }
    # 4294967295 where there have never been any.
    signatureAgeDays   = Read-Fact { & $needs $status 'status'; [long] $status.AntivirusSignatureAge }
    tamperProtection   = Read-Fact { & $needs $status 'status'; [bool] $status.IsTamperProtected }
    exclusions         = Read-FactList { Get-Exclusion }
    smartScreen        = Read-Fact { Get-ScreenPolicy }
    smartAppControl    = Read-Fact { Get-SmartAppControl } 'this Windows has none'
    uac                = Read-Fact { $value = Get-RegistryValue $policies 'EnableLUA'; if ($null -ne $value) { [int] $value -ne 0 } }
    elevated           = Read-Fact { ([Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator) }
    clockUnixMs        = Read-Fact { [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() }
    upSeconds          = Read-Fact { & $needs $system 'system'; [long] ($system.LocalDateTime - $system.LastBootUpTime).TotalSeconds }
    powerPlan          = Read-Fact { Get-PowerPlan } 'there are no power plans'
    freeDiskBytes      = Read-Fact { [IO.DriveInfo]::new('C').AvailableFreeSpace }
    interactiveSession = Read-Fact { @(Get-CimInstance -ClassName Win32_Process -Filter "Name='explorer.exe'" -Property ProcessId).Count -gt 0 }
    pendingReboot      = Read-FactList { Get-PendingReboot }
    language           = Read-Fact { [Globalization.CultureInfo]::InstalledUICulture.Name }
    codePage           = Read-Fact { [string] (Get-RegistryValue 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Nls\CodePage' 'ACP') }
    runtimes           = Read-FactList { Get-Runtime }
    networkCategories  = Read-FactList { Get-NetworkCategory }
    powershell         = Read-Fact { "$($PSVersionTable.PSVersion) $($ExecutionContext.SessionState.LanguageMode)" }
  }
}
