# Switches User Account Control on as Windows comes. It holds from the next start, so this script is the last one and a restart follows.

$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$wanted = [ordered] @{
  EnableLUA                  = 1
  # 5: ask for consent for programs that are not Windows' own; 3: ask others for a password.
  ConsentPromptBehaviorAdmin = 5
  ConsentPromptBehaviorUser  = 3
  PromptOnSecureDesktop      = 1
  # Administrators of the machine keep their rights over the network: with UAC on, the lab could repair nothing otherwise.
  LocalAccountTokenFilterPolicy = 1
}
foreach ($name in $wanted.Keys) {
  if (Set-LabRegistryNumber -Path $policies -Name $name -Value $wanted[$name]) { $script:LabRestartNeeded = $true }
}

Write-LabReport -Script 'uac'
