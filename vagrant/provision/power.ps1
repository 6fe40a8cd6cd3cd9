# Keeps the machine awake and at one speed: one that falls asleep, or saves power, measures nothing.

$powercfg = Join-Path $env:SystemRoot 'System32\powercfg.exe'
$highPerformance = '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c'

function Get-ActiveScheme {
  $text = & $powercfg /getactivescheme
  if ("$text" -match '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}') { return $Matches[0] }
  return ''
}

$before = Get-ActiveScheme
if ($before -ne $highPerformance) {
  Invoke-LabChange -What 'power plan' -Before $before -Wanted $highPerformance -Change { & $powercfg /setactive $highPerformance } -ReadBack { Get-ActiveScheme }
}
foreach ($setting in @('standby-timeout-ac', 'hibernate-timeout-ac', 'monitor-timeout-ac')) { & $powercfg /change $setting 0 | Out-Null }

Write-LabReport -Script 'power'
