# Makes Microsoft Defender look at what is tested: boxes exclude C:\ from it, or switch parts of it off. What a policy or tamper protection does not let
# happen is reported as not done, and the lab then refuses a verdict.

foreach ($value in @('DisableAntiSpyware', 'DisableAntiVirus')) {
  Remove-LabRegistryValue -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender' -Name $value
}
foreach ($value in @('DisableRealtimeMonitoring', 'DisableBehaviorMonitoring', 'DisableIOAVProtection', 'DisableOnAccessProtection', 'DisableScanOnRealtimeEnable')) {
  Remove-LabRegistryValue -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender\Real-Time Protection' -Name $value
}
foreach ($value in @('SpynetReporting', 'SubmitSamplesConsent', 'DisableBlockAtFirstSeen')) {
  Remove-LabRegistryValue -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender\Spynet' -Name $value
}

$service = Get-Service -Name 'WinDefend' -ErrorAction SilentlyContinue
if ($null -eq $service) {
  Add-LabChange -What 'Microsoft Defender' -Before 'absent' -After 'absent' -Done $false -Reason 'the box has no Microsoft Defender'
  Write-LabReport -Script 'defender'
  return
}
if ("$($service.Status)" -ne 'Running') {
  Invoke-LabChange -What 'service WinDefend' -Before "$($service.Status)" -Wanted 'Running' -Change { Start-Service -Name 'WinDefend' } -ReadBack {
    "$((Get-Service -Name 'WinDefend').Status)"
  }
}

$kinds = @('ExclusionPath', 'ExclusionExtension', 'ExclusionProcess', 'ExclusionIpAddress')
try {
  $preference = Get-MpPreference
  foreach ($kind in $kinds) {
    # Windows 10 knows no exclusion by address.
    if ($null -eq $preference.PSObject.Properties[$kind]) { continue }
    foreach ($exclusion in @($preference.$kind | Where-Object { $null -ne $_ })) {
      Invoke-LabChange -What "Defender $kind $exclusion" -Before 'excluded' -Wanted 'scanned' -Change {
        $arguments = @{ $kind = $exclusion; Force = $true }
        Remove-MpPreference @arguments
      } -ReadBack { if (@((Get-MpPreference).$kind) -contains $exclusion) { 'excluded' } else { 'scanned' } }
    }
  }
  $wanted = [ordered] @{
    DisableRealtimeMonitoring  = $false
    DisableBehaviorMonitoring  = $false
    DisableIOAVProtection      = $false
    DisableScriptScanning      = $false
    DisableArchiveScanning     = $false
    DisableBlockAtFirstSeen    = $false
    # 2: advanced membership; 1: safe samples are sent without asking.
    MAPSReporting              = 2
    SubmitSamplesConsent       = 1
    # 1: potentially unwanted programs are blocked, as Windows comes.
    PUAProtection              = 1
  }
  foreach ($name in $wanted.Keys) {
    $before = $preference.$name
    if ("$before" -eq "$($wanted[$name])") { continue }
    Invoke-LabChange -What "Defender $name" -Before "$before" -Wanted "$($wanted[$name])" -Change {
      $arguments = @{ $name = $wanted[$name]; Force = $true }
      Set-MpPreference @arguments
    } -ReadBack { "$((Get-MpPreference).$name)" }
  }
}
catch {
  Add-LabChange -What 'Microsoft Defender' -Before 'unknown' -After 'unknown' -Done $false -Reason $_.Exception.Message
}

Write-LabReport -Script 'defender'
