# Puts right what can be put right without a restart. Whether it helped is for the next reading to say.
function Repair-Exclusion {
  $preference = Get-CimInstance -Namespace $defender -ClassName MSFT_MpPreference
  $paths = @($preference.ExclusionPath | Where-Object { $null -ne $_ })
  $processes = @($preference.ExclusionProcess | Where-Object { $null -ne $_ })
  $extensions = @($preference.ExclusionExtension | Where-Object { $null -ne $_ })
  if ($paths.Count -gt 0) { Remove-MpPreference -ExclusionPath $paths -Force }
  if ($processes.Count -gt 0) { Remove-MpPreference -ExclusionProcess $processes -Force }
  if ($extensions.Count -gt 0) { Remove-MpPreference -ExclusionExtension $extensions -Force }
}

# Windows as it is set up by itself: no policy, and Explorer's own setting at `Warn`.
function Repair-ScreenPolicy {
  $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Policies\Microsoft\Windows\System', $true)
  if ($null -ne $key) {
    try {
      $key.DeleteValue('EnableSmartScreen', $false)
      $key.DeleteValue('ShellSmartScreenLevel', $false)
    } finally { $key.Dispose() }
  }
  [Microsoft.Win32.Registry]::SetValue($explorer, 'SmartScreenEnabled', 'Warn', [Microsoft.Win32.RegistryValueKind]::String)
}

function Repair-PowerPlan {
  # A program's words on standard error would be an exception.
  $ErrorActionPreference = 'Continue'
  $said = & powercfg.exe '/setactive' '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c' 2>&1
  if ($LASTEXITCODE -ne 0) { throw [AniVaultLab.Refusal]::new('io', "powercfg: $said") }
}

function Repair-Fact([string] $fact, [long] $clockUnixMs) {
  switch -CaseSensitive ($fact) {
    'exclusions' { Repair-Exclusion; return }
    'realTimeProtection' { Set-MpPreference -DisableRealtimeMonitoring $false -Force; return }
    'signatureAgeDays' { Update-MpSignature; return }
    'smartScreen' { Repair-ScreenPolicy; return }
    'powerPlan' { Repair-PowerPlan; return }
    'clockSkewMs' { $null = Set-Date -Date ([DateTimeOffset]::FromUnixTimeMilliseconds($clockUnixMs).LocalDateTime); return }
  }
  throw [AniVaultLab.Refusal]::new('bad-request', "there is no repair for $fact")
}

function Repair-Box($given) {
  $clockUnixMs = $given.Whole('clockUnixMs', 0, [long]::MaxValue)
  $repairs = foreach ($fact in $given.Items('facts')) {
    try {
      $null = Repair-Fact ([string] $fact) $clockUnixMs
      @{ fact = [string] $fact; done = $true }
    } catch {
      @{ fact = [string] $fact; done = $false; problem = (Get-Reason $_) }
    }
  }
  return @{ repairs = [object[]] @($repairs) }
}
