# Takes away policies that switch SmartScreen off, and switches it on as Windows comes: it warns, and lets a person go on.

$policies = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\System'
if ((Get-LabRegistryValue -Path $policies -Name 'EnableSmartScreen') -eq 0) { Remove-LabRegistryValue -Path $policies -Name 'EnableSmartScreen' }

$explorer = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer'
$before = Get-LabRegistryValue -Path $explorer -Name 'SmartScreenEnabled'
if (@('Warn', 'RequireAdmin', 'Prompt') -notcontains $before) {
  Invoke-LabChange -What "$explorer\SmartScreenEnabled" -Before $before -Wanted 'Warn' -Change {
    New-ItemProperty -LiteralPath $explorer -Name 'SmartScreenEnabled' -Value 'Warn' -PropertyType String -Force
  } -ReadBack { Get-LabRegistryValue -Path $explorer -Name 'SmartScreenEnabled' }
}

# Windows keeps the mark of the web of downloaded files unless a policy says otherwise.
$attachments = 'Software\Microsoft\Windows\CurrentVersion\Policies\Attachments'
foreach ($root in @('HKLM:', 'HKCU:')) { Remove-LabRegistryValue -Path "$root\$attachments" -Name 'SaveZoneInformation' }

Write-LabReport -Script 'smartscreen'
